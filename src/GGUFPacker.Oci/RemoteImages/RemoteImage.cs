using System.Collections.Immutable;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Oci.RemoteImages;

/// <summary>
/// An image that stays in its registry. Manifest and config are fetched and verified; what <see cref="Files"/> reads is not: do not keep what must be right.
/// </summary>
public sealed class RemoteImage
{
    private const int MaxIndexDepth = 4;

    private RemoteImage(RegistryClient client, ImageReference source, FetchedManifest fetched, ImageManifest manifest, byte[] configBytes)
    {
        Source = source.WithDigest(fetched.Descriptor.Digest);
        (ManifestDescriptor, ManifestBytes, Manifest, ConfigBytes) = (fetched.Descriptor, fetched.Bytes, manifest, configBytes);
        Config = ImageConfig.Parse(configBytes);
        Check();
        Files = new ImageFiles(
            Manifest.Layers.Zip(Config.DiffIds, (layer, diffId) => new RemoteLayer(client, new BlobOrigin(source.Registry, source.Repository), layer, diffId)));
    }

    /// <summary>The image by the digest of its manifest.</summary>
    public ImageReference Source { get; }

    /// <summary>The manifest's descriptor.</summary>
    public Descriptor ManifestDescriptor { get; }

    /// <summary>The manifest as the registry has it.</summary>
    public byte[] ManifestBytes { get; }

    /// <summary>The manifest.</summary>
    public ImageManifest Manifest { get; }

    /// <summary>The config as the registry has it.</summary>
    public byte[] ConfigBytes { get; }

    /// <summary>The config.</summary>
    public ImageConfig Config { get; }

    /// <summary>The files of its layers.</summary>
    public ImageFiles Files { get; }

    /// <summary>The indexes that led to the manifest.</summary>
    internal ImmutableArray<FetchedManifest> Indexes { get; private init; } = [];

    /// <summary>Fetches an image's manifest and config.</summary>
    /// <param name="client">The registry client, which has to outlive the image.</param>
    /// <param name="source">The image; without tag and digest it is <c>latest</c>.</param>
    /// <param name="platform">The platform that an index is asked for.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="RegistryException">The registry does not have it, or not what it says.</exception>
    /// <exception cref="ContentException">It is no image.</exception>
    public static Task<RemoteImage> OpenAsync(RegistryClient client, ImageReference source, Platform platform, CancellationToken cancellationToken) =>
        OpenAsync(client, source, platform, _ => null, cancellationToken);

    /// <summary>The same, but small blobs that are at hand are not fetched.</summary>
    internal static async Task<RemoteImage> OpenAsync(
        RegistryClient client, ImageReference source, Platform platform, Func<Digest, byte[]?> find, CancellationToken cancellationToken)
    {
        source = source.WithDefaultTag();
        var indexes = ImmutableArray.CreateBuilder<FetchedManifest>();
        var fetched = await GetAsync(source).ConfigureAwait(false);
        for (var depth = 0; MediaTypes.IsIndex(fetched.Descriptor.MediaType); depth++)
        {
            if (depth == MaxIndexDepth)
            {
                throw new ContentException($"The image {source} is an index of indexes of indexes.");
            }

            indexes.Add(fetched);
            fetched = await GetAsync(source.WithDigest(ImageIndex.Parse(fetched.Bytes).Select(platform).Digest)).ConfigureAwait(false);
        }

        var manifest = ImageManifest.Parse(fetched.Bytes);
        var config = find(manifest.Config.Digest)
            ?? await client.Blobs.GetAsync(source.Registry, source.Repository, manifest.Config, cancellationToken).ConfigureAwait(false);
        return new RemoteImage(client, source, fetched, manifest, config) { Indexes = indexes.ToImmutable() };

        async Task<FetchedManifest> GetAsync(ImageReference reference) => !reference.Digest.IsEmpty && find(reference.Digest) is { } bytes
            ? new FetchedManifest(new Descriptor(ManifestJson.DetectMediaType(bytes), reference.Digest, bytes.Length), bytes)
            : await client.Manifests.GetAsync(reference, cancellationToken).ConfigureAwait(false);
    }

    private void Check()
    {
        if (Manifest.Layers.Length != Config.DiffIds.Length)
        {
            throw new ContentException($"The image {Source} has {Manifest.Layers.Length} layers, but its config lists {Config.DiffIds.Length}.");
        }

        foreach (var (layer, diffId) in Manifest.Layers.Zip(Config.DiffIds))
        {
            if (MediaTypes.CompressionOf(layer.MediaType) == LayerCompression.None && layer.Digest != diffId)
            {
                throw new ContentException($"The layer {layer.Digest} of {Source} is a plain tar, but the config says that its tar is {diffId}.");
            }
        }
    }
}
