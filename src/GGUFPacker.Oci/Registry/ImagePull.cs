using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.RemoteImages;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Oci.Registry;

/// <summary>
/// Pulls images into the store: only layers that it does not have, several at a time, unpacked and verified as they come. The name is set last, so that it
/// always stands for a whole image.
/// </summary>
/// <param name="client">The registry client.</param>
/// <param name="store">The store.</param>
public sealed class ImagePull(RegistryClient client, ContentStore store)
{
    /// <summary>Pulls an image.</summary>
    /// <param name="request">The image.</param>
    /// <param name="progress">Told of each blob's transfer; may be called from any thread.</param>
    /// <param name="cancellationToken">Stops the pull; layers that are whole stay.</param>
    /// <exception cref="RegistryException">The registry does not have it, or not what it says.</exception>
    /// <exception cref="ContentException">It is no image.</exception>
    /// <exception cref="LayerException">A layer cannot be taken in.</exception>
    public async Task<PulledImage> RunAsync(PullRequest request, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var source = request.Source.WithDefaultTag();
        var image = await RemoteImage.OpenAsync(client, source, request.Platform, store.Blobs.Find, cancellationToken).ConfigureAwait(false);
        var (manifest, config) = (image.Manifest, image.Config);
        store.Blobs.Put(manifest.Config.MediaType, image.ConfigBytes);
        var origin = new BlobOrigin(source.Registry, source.Repository);
        foreach (var layer in manifest.Layers)
        {
            store.Origins.Add(layer.Digest, origin);
        }

        foreach (var index in image.Indexes)
        {
            store.Blobs.Put(index.Descriptor.MediaType, index.Bytes);
        }

        if (!request.WithoutLayers)
        {
            var layers = manifest.Layers.Zip(config.DiffIds).DistinctBy(l => l.Second).OrderByDescending(l => l.First.Size);
            await Parallel.ForEachAsync(
                layers,
                new ParallelOptions { MaxDegreeOfParallelism = client.Options.ParallelTransfers, CancellationToken = cancellationToken },
                async (layer, token) => await PullLayerAsync(origin, layer.First, layer.Second, progress, token).ConfigureAwait(false)).ConfigureAwait(false);
        }

        var descriptor = store.Blobs.Put(image.ManifestDescriptor.MediaType, image.ManifestBytes);
        if (!request.WithoutLayers)
        {
            store.Tags.Set(source, descriptor);
        }

        return new PulledImage(descriptor, manifest, config);
    }

    /// <summary>Whether the store has all layers of an image, or knows of none that it could fetch.</summary>
    /// <exception cref="StoreException">It is not known where a layer is.</exception>
    public bool IsComplete(Digest manifest) => !Missing(manifest).Any();

    /// <summary>
    /// Fetches the layers that an image of the store lacks: those of base images that its build has not read. Afterwards all of it is there.
    /// </summary>
    /// <param name="manifest">The manifest or index.</param>
    /// <param name="progress">Told of each blob's transfer; may be called from any thread.</param>
    /// <param name="cancellationToken">Stops; layers that are whole stay.</param>
    /// <exception cref="RegistryException">A registry does not give a layer.</exception>
    /// <exception cref="StoreException">It is not known where a layer is.</exception>
    public Task CompleteAsync(Digest manifest, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        return Parallel.ForEachAsync(
            Missing(manifest),
            new ParallelOptions { MaxDegreeOfParallelism = client.Options.ParallelTransfers, CancellationToken = cancellationToken },
            async (layer, token) => await PullLayerAsync(layer.First.Origins[0], layer.First.Descriptor, layer.Second, progress, token).ConfigureAwait(false));
    }

    /// <summary>Pulls one layer of an image, such as the one of a base image that a file is copied from.</summary>
    /// <param name="source">A repository that has the layer.</param>
    /// <param name="layer">The layer's descriptor in the manifest.</param>
    /// <param name="diffId">The digest of its plain tar in the config.</param>
    /// <param name="progress">Told of the transfer.</param>
    /// <param name="cancellationToken">Stops the pull.</param>
    public async Task<LayerRecipe> PullLayerAsync(
        BlobOrigin source, Descriptor layer, Digest diffId, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        if (store.Layers.Find(diffId) is { } present)
        {
            progress?.Report(new TransferProgress(layer, TransferStatus.Present, layer.Size));
            return present;
        }

        var compression = MediaTypes.CompressionOf(layer.MediaType)
            ?? throw new ContentException($"The layer {layer.Digest} of {source} has the media type '{layer.MediaType}', which is no tar.");
        progress?.Report(new TransferProgress(layer, TransferStatus.Started, 0));
        var recipe = compression == LayerCompression.None
            ? await PullPlainAsync(source, layer, diffId, progress, cancellationToken).ConfigureAwait(false)
            : await PullCompressedAsync(source, layer, compression, diffId, progress, cancellationToken).ConfigureAwait(false);
        LayerListing.Verify(layer, recipe);
        progress?.Report(new TransferProgress(layer, TransferStatus.Completed, layer.Size));
        return recipe;
    }

    private async Task<LayerRecipe> PullPlainAsync(
        BlobOrigin source, Descriptor layer, Digest diffId, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        using var partial = layer.Size < PartialLayer.MinContentSize ? null : store.Layers.OpenPartial(layer.Digest);
        for (var resumes = partial is { Length: > 0 }; ; resumes = false)
        {
            var offset = resumes && partial!.Length <= layer.Size ? partial.Length : 0;
            var rest = client.Blobs.Open(source.Registry, source.Repository, layer, offset);

            // A plain tar's own digest is its diff ID, which the import verifies; hashing it twice would only cost.
            var blob = new VerifyingStream(
                offset > 0 ? store.Layers.OpenJoined(partial!, rest) : rest,
                layer,
                done => progress?.Report(new TransferProgress(layer, TransferStatus.Advanced, done)),
                hashes: false);
            await using (blob.ConfigureAwait(false))
            {
                try
                {
                    var recipe = await store.Layers.ImportAsync(
                        blob, LayerCompression.None, layer.Size, diffId, partial, cancellationToken).ConfigureAwait(false);
                    partial?.Delete();
                    return recipe;
                }
                catch (LayerException) when (!cancellationToken.IsCancellationRequested)
                {
                    // What an earlier process left may be what is wrong: then the whole layer is fetched.
                    partial?.Delete();
                    if (offset == 0)
                    {
                        throw;
                    }
                }
            }
        }
    }

    private async Task<LayerRecipe> PullCompressedAsync(
        BlobOrigin source,
        Descriptor layer,
        LayerCompression compression,
        Digest diffId,
        IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken)
    {
        Stream? kept = null;
        if (layer.Size <= BlobArea.MaxKeptCompressed)
        {
            var bytes = await client.Blobs.GetAsync(source.Registry, source.Repository, layer, cancellationToken).ConfigureAwait(false);
            store.Blobs.Put(layer.MediaType, bytes);
            kept = new MemoryStream(bytes, writable: false);
        }

        var blob = new VerifyingStream(
            kept ?? client.Blobs.Open(source.Registry, source.Repository, layer),
            layer,
            done => progress?.Report(new TransferProgress(layer, TransferStatus.Advanced, done)),
            hashes: kept is null);
        await using (blob.ConfigureAwait(false))
        {
            var recipe = await store.Layers.ImportAsync(blob, compression, layer.Size, diffId, cancellationToken).ConfigureAwait(false);
            await blob.VerifyAsync(cancellationToken).ConfigureAwait(false);
            return recipe;
        }
    }

    private IEnumerable<(ImageBlob First, Digest Second)> Missing(Digest manifest) => StoredImage.All(store, manifest)
        .SelectMany(image => image.Blobs.Skip(1).Zip(image.Config.DiffIds))
        .Where(layer => !layer.First.Origins.IsEmpty && store.Layers.Find(layer.Second) is null)
        .DistinctBy(layer => layer.Second)
        .OrderByDescending(layer => layer.First.Descriptor.Size);
}
