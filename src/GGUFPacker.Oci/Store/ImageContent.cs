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
        var image = new StoredImage(store, manifest);
        (Digest, Bytes, Manifest, MediaType, Config, Blobs) = (manifest, image.Bytes, image.Manifest, image.Manifest.MediaType, image.Config, image.Blobs);
        Layers = [.. Config.DiffIds.Select((diffId, i) => store.Layers.Find(diffId) ?? throw Missing(diffId, image.Blobs[i + 1]))];
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

    private static StoreException Missing(Digest diffId, ImageBlob blob) => new(
        $"The store does not have the layer {diffId}{(blob.Origins is [var origin, ..] ? $": it is in {origin}, and nothing has needed it so far" : "")}.");
}
