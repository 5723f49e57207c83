using System.Collections.Immutable;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;

namespace GGUFPacker.Oci.Store;

/// <summary>An image of the store, taken apart: its manifest, its config and its layers, which are all there.</summary>
public sealed class ImageContent
{
    /// <summary>Reads an image of the store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="manifest">The manifest's digest.</param>
    /// <exception cref="StoreException">The store does not have all of it.</exception>
    /// <exception cref="ContentException">It is no image.</exception>
    public ImageContent(ContentStore store, Digest manifest)
    {
        Digest = manifest;
        Bytes = store.Blobs.Get(manifest);
        Manifest = ImageManifest.Parse(Bytes);
        MediaType = Manifest.MediaType;
        var config = store.Blobs.Get(Manifest.Config.Digest);
        Config = ImageConfig.Parse(config);
        if (Config.DiffIds.Length != Manifest.Layers.Length)
        {
            throw new ContentException($"The image {manifest} has {Manifest.Layers.Length} layers, but its config lists {Config.DiffIds.Length}.");
        }

        Layers = [.. Config.DiffIds.Select(store.Layers.Get)];
        var blobs = ImmutableArray.CreateBuilder<ImageBlob>();
        blobs.Add(new ImageBlob(Manifest.Config, () => new MemoryStream(config, writable: false)));
        foreach (var (descriptor, layer) in Manifest.Layers.Zip(Layers))
        {
            blobs.Add(new ImageBlob(descriptor, descriptor.Digest == layer.DiffId ? () => store.Layers.OpenRead(layer) : store.Blobs.Opener(descriptor)));
        }

        Blobs = blobs.DrainToImmutable();
    }

    /// <summary>The images of an index, or the one of a manifest.</summary>
    /// <exception cref="StoreException">The store does not have all of them.</exception>
    internal static ImmutableArray<ImageContent> All(ContentStore store, Digest manifestOrIndex)
    {
        var bytes = store.Blobs.Get(manifestOrIndex);
        return MediaTypes.IsIndex(ManifestJson.DetectMediaType(bytes))
            ? [.. ImageIndex.Parse(bytes).Manifests.Select(m => new ImageContent(store, m.Digest))]
            : [new ImageContent(store, manifestOrIndex)];
    }

    /// <summary>The manifest's digest.</summary>
    public Digest Digest { get; }

    /// <summary>The manifest's bytes.</summary>
    public byte[] Bytes { get; }

    /// <summary>The manifest's media type.</summary>
    public string MediaType { get; }

    /// <summary>The manifest.</summary>
    public ImageManifest Manifest { get; }

    /// <summary>The config.</summary>
    public ImageConfig Config { get; }

    /// <summary>The layers, the base first.</summary>
    public ImmutableArray<LayerRecipe> Layers { get; }

    /// <summary>The config and the layers as registries have them.</summary>
    internal ImmutableArray<ImageBlob> Blobs { get; }

    /// <summary>The files that are seen when the layers lie upon each other, by path.</summary>
    /// <exception cref="LayerException">A hard link leads to no file.</exception>
    public ImmutableSortedDictionary<string, LayerEntry> Files() => LayerFiles.Flatten(Layers);
}
