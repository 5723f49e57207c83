using System.Collections.Immutable;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Oci.RemoteImages;

/// <summary>
/// An image that stays in its registry. Manifest and config are fetched and verified; a file of its layers is read by requests for the ranges that are wanted
/// alone, where layer and registry allow it. Such bytes cannot be verified against the layer's digest: do not keep what must be right.
/// </summary>
public sealed class RemoteImage
{
    private const int MaxIndexDepth = 4;

    private readonly ImmutableArray<RemoteLayer> _layers;

    private RemoteImage(RegistryClient client, ImageReference source, FetchedManifest fetched, ImageManifest manifest, byte[] configBytes)
    {
        Source = source.WithDigest(fetched.Descriptor.Digest);
        (ManifestDescriptor, ManifestBytes, Manifest, ConfigBytes) = (fetched.Descriptor, fetched.Bytes, manifest, configBytes);
        Config = ImageConfig.Parse(configBytes);
        Check();
        _layers = [.. Manifest.Layers.Zip(Config.DiffIds, (layer, diffId) => new RemoteLayer(client, new BlobOrigin(source.Registry, source.Repository), layer, diffId))];
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

    /// <summary>
    /// Opens a file of the image, links followed. A layer that is a plain tar costs a request for each stretch that is read and a few for its headers; of a
    /// compressed one, or where the registry gives no ranges, all that comes before is read too.
    /// </summary>
    /// <param name="path">The file's path in the image.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The file, for one thread at a time; it can seek, and reads ahead. Null if the image has no such file.</returns>
    /// <exception cref="RegistryException">The registry does not give it.</exception>
    /// <exception cref="LayerException">A layer is no tar, or links go in circles.</exception>
    public async Task<Stream?> OpenFileAsync(string path, CancellationToken cancellationToken)
    {
        var entry = await FindAsync(EntryPath.Normalize(path), cancellationToken).ConfigureAwait(false);
        return entry is not { Kind: LayerEntryKind.File } ? null
            : entry.Place is { } place ? _layers.First(layer => layer.DiffId == place.DiffId).Open(entry)
            : new MemoryStream([], writable: false);
    }

    // From the top down: most often the first layer that has the path decides, and the rest need not be looked at.
    private async Task<LayerEntry?> FindAsync(string path, CancellationToken cancellationToken)
    {
        var above = new List<ImmutableArray<LayerEntry>>();
        foreach (var layer in _layers.Reverse())
        {
            var isOpen = !above.Any(upper => upper.Any(entry => Decides(entry, path)));
            var entries = await layer.FindAsync(isOpen ? path : "", cancellationToken).ConfigureAwait(false);
            if (isOpen && entries.LastOrDefault(entry => entry.Path == path) is { Kind: LayerEntryKind.File } found)
            {
                return found;
            }

            above.Add(entries);
        }

        above.Reverse();
        return LayerFiles.Resolve(LayerFiles.Flatten(above), path);
    }

    // Whether an entry of a layer above may be, hide or replace what is at a path.
    private static bool Decides(LayerEntry entry, string path) => EntryPath.IsWhiteout(entry.Path)
        ? EntryPath.Parent(entry.Path) is var directory && (directory.Length == 0 || path.StartsWith(directory + "/", StringComparison.Ordinal))
        : entry.Path == path || (entry.Kind != LayerEntryKind.Directory && path.StartsWith(entry.Path + "/", StringComparison.Ordinal));

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
