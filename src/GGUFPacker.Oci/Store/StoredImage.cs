using System.Collections.Immutable;
using GGUFPacker.Oci.Content;

namespace GGUFPacker.Oci.Store;

/// <summary>An image of the store whose layers need not be there, as long as it is known which repository has them.</summary>
internal sealed class StoredImage
{
    /// <exception cref="StoreException">The store does not have its manifest or config, or has a layer neither as bytes nor as a place to get it
    /// from.</exception>
    public StoredImage(ContentStore store, Digest manifest)
    {
        Digest = manifest;
        Bytes = store.Blobs.Get(manifest);
        Manifest = ImageManifest.Parse(Bytes);
        var config = store.Blobs.Get(Manifest.Config.Digest);
        Config = ImageConfig.Parse(config);
        if (Config.DiffIds.Length != Manifest.Layers.Length)
        {
            throw new ContentException($"The image {manifest} has {Manifest.Layers.Length} layers, but its config lists {Config.DiffIds.Length}.");
        }

        Blobs =
        [
            new ImageBlob(Manifest.Config, () => new MemoryStream(config, writable: false)),
            .. Manifest.Layers.Zip(Config.DiffIds, (descriptor, diffId) => LayerOf(store, descriptor, diffId)),
        ];
    }

    /// <summary>The images of an index, or the one of a manifest.</summary>
    public static ImmutableArray<StoredImage> All(ContentStore store, Digest manifestOrIndex)
    {
        var bytes = store.Blobs.Get(manifestOrIndex);
        return MediaTypes.IsIndex(ManifestJson.DetectMediaType(bytes))
            ? [.. ImageIndex.Parse(bytes).Manifests.Select(m => new StoredImage(store, m.Digest))]
            : [new StoredImage(store, manifestOrIndex)];
    }

    /// <summary>The manifest's digest.</summary>
    public Digest Digest { get; }

    /// <summary>The manifest's bytes.</summary>
    public byte[] Bytes { get; }

    /// <summary>The manifest.</summary>
    public ImageManifest Manifest { get; }

    /// <summary>The config.</summary>
    public ImageConfig Config { get; }

    /// <summary>The config and the layers as registries have them.</summary>
    public ImmutableArray<ImageBlob> Blobs { get; }

    private static ImageBlob LayerOf(ContentStore store, Descriptor descriptor, Digest diffId)
    {
        var origins = store.Origins.Find(descriptor.Digest);
        if (descriptor.Digest != diffId && store.Blobs.Opener(descriptor) is { } open)
        {
            return new ImageBlob(descriptor, open) { Origins = origins };
        }

        var layer = origins.IsEmpty ? store.Layers.Get(diffId) : store.Layers.Find(diffId);
        return new ImageBlob(descriptor, layer is not null && descriptor.Digest == diffId ? () => store.Layers.OpenRead(layer) : null) { Origins = origins };
    }
}
