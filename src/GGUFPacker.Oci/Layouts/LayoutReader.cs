using System.Collections.Immutable;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Oci.Layouts;

/// <summary>Takes the images of an OCI image layout into the store. Each blob's digest is verified.</summary>
/// <param name="store">The store.</param>
public sealed class LayoutReader(ContentStore store)
{
    private const int MaxDepth = 4;

    /// <summary>Reads a layout directory or an archive of one.</summary>
    /// <returns>The images, with the names that the layout gives them in full. No name is set in the store: that is the caller's to decide.</returns>
    /// <exception cref="ContentException">It is no layout, or not whole.</exception>
    /// <exception cref="LayerException">A layer cannot be taken in.</exception>
    public async Task<ImmutableArray<LayoutImage>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        using var files = new LayoutFiles(path);
        LayoutFormat.CheckMarker(await files.ReadAsync(LayoutFormat.MarkerName, JsonMembers.MaxManifestSize, cancellationToken).ConfigureAwait(false));
        var index = ImageIndex.Parse(await files.ReadAsync(LayoutFormat.IndexName, JsonMembers.MaxManifestSize, cancellationToken).ConfigureAwait(false));
        var images = ImmutableArray.CreateBuilder<LayoutImage>();
        foreach (var entry in index.Manifests)
        {
            await ReadManifestAsync(files, entry, MaxDepth, cancellationToken).ConfigureAwait(false);
            var name = entry.Annotations.GetValueOrDefault(LayoutFormat.NameAnnotation) ?? entry.Annotations.GetValueOrDefault(LayoutFormat.TagAnnotation);
            var reference = name is not null && name.AsSpan().ContainsAny('/', ':') && ImageReference.TryParse(name, out var parsed) ? parsed : null;
            images.Add(new LayoutImage(new Descriptor(entry.MediaType, entry.Digest, entry.Size), reference));
        }

        return images.DrainToImmutable();
    }

    /// <summary>Reads the manifest and the config of a layout directory's only image, and no layer. Both digests are verified.</summary>
    /// <exception cref="ContentException">It is no layout, or has not one image.</exception>
    public async Task<(ImageManifest Manifest, byte[] Config)> ReadManifestAsync(string path, CancellationToken cancellationToken)
    {
        using var files = new LayoutFiles(path);
        LayoutFormat.CheckMarker(await files.ReadAsync(LayoutFormat.MarkerName, JsonMembers.MaxManifestSize, cancellationToken).ConfigureAwait(false));
        var index = ImageIndex.Parse(await files.ReadAsync(LayoutFormat.IndexName, JsonMembers.MaxManifestSize, cancellationToken).ConfigureAwait(false));
        if (index.Manifests is not [var entry])
        {
            throw new ContentException($"The image layout '{path}' has {index.Manifests.Length} images instead of one.");
        }

        var manifest = ImageManifest.Parse(await ReadBlobAsync(files, entry, JsonMembers.MaxManifestSize, cancellationToken).ConfigureAwait(false));
        return (manifest, await ReadBlobAsync(files, manifest.Config, JsonMembers.MaxConfigSize, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Takes one plain layer of a layout into the store; its digest is verified.</summary>
    /// <exception cref="ContentException">The layout does not have it.</exception>
    /// <exception cref="LayerException">It cannot be taken in.</exception>
    public async Task<LayerRecipe> ReadLayerAsync(string path, Descriptor layer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(layer);
        if (store.Layers.Find(layer.Digest) is { } present)
        {
            return present;
        }

        using var files = new LayoutFiles(path);
        var blob = files.Open(LayoutFormat.PathOf(layer.Digest));
        await using (blob.ConfigureAwait(false))
        {
            return await store.Layers.ImportAsync(blob, LayerCompression.None, blob.Length, layer.Digest, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ReadManifestAsync(LayoutFiles files, Descriptor descriptor, int depth, CancellationToken cancellationToken)
    {
        var bytes = await ReadBlobAsync(files, descriptor, JsonMembers.MaxManifestSize, cancellationToken).ConfigureAwait(false);
        if (MediaTypes.IsIndex(ManifestJson.DetectMediaType(bytes)))
        {
            if (depth == 0)
            {
                throw new ContentException($"The index {descriptor.Digest} lies in too many others.");
            }

            foreach (var entry in ImageIndex.Parse(bytes).Manifests)
            {
                await ReadManifestAsync(files, entry, depth - 1, cancellationToken).ConfigureAwait(false);
            }
        }
        else
        {
            await ReadImageAsync(files, ImageManifest.Parse(bytes), cancellationToken).ConfigureAwait(false);
        }

        store.Blobs.Put(descriptor.MediaType, bytes);
    }

    private async Task ReadImageAsync(LayoutFiles files, ImageManifest manifest, CancellationToken cancellationToken)
    {
        var configBytes = await ReadBlobAsync(files, manifest.Config, JsonMembers.MaxConfigSize, cancellationToken).ConfigureAwait(false);
        var config = ImageConfig.Parse(configBytes);
        if (config.DiffIds.Length != manifest.Layers.Length)
        {
            throw new ContentException($"An image has {manifest.Layers.Length} layers, but its config {manifest.Config.Digest} lists {config.DiffIds.Length}.");
        }

        foreach (var (layer, diffId) in manifest.Layers.Zip(config.DiffIds))
        {
            if (store.Layers.Find(diffId) is not null)
            {
                continue;
            }

            var compression = MediaTypes.CompressionOf(layer.MediaType)
                ?? throw new ContentException($"The layer {layer.Digest} has the media type '{layer.MediaType}', which is no tar.");
            var blob = files.Open(LayoutFormat.PathOf(layer.Digest));
            await using (blob.ConfigureAwait(false))
            {
                await store.Layers.ImportAsync(blob, compression, blob.Length, diffId, cancellationToken).ConfigureAwait(false);
            }

            if (compression != LayerCompression.None && layer.Size <= BlobArea.MaxKeptCompressed)
            {
                store.Blobs.Put(layer.MediaType, await ReadBlobAsync(files, layer, BlobArea.MaxKeptCompressed, cancellationToken).ConfigureAwait(false));
            }
        }

        store.Blobs.Put(manifest.Config.MediaType, configBytes);
    }

    private static async Task<byte[]> ReadBlobAsync(LayoutFiles files, Descriptor blob, long limit, CancellationToken cancellationToken)
    {
        var bytes = await files.ReadAsync(LayoutFormat.PathOf(blob.Digest), limit, cancellationToken).ConfigureAwait(false);
        return Digest.Of(bytes) == blob.Digest
            ? bytes
            : throw new ContentException($"The blob {blob.Digest} of the image layout is damaged: its digest is {Digest.Of(bytes)}.");
    }
}
