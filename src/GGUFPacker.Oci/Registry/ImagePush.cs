using System.Collections.Immutable;
using System.Net;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.RemoteImages;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Oci.Registry;

/// <summary>
/// Pushes images of the store: blobs first, several at a time, only those that the registry does not have; the manifest last, so that a push that breaks leaves
/// nothing that looks like an image.
/// </summary>
/// <param name="client">The registry client.</param>
/// <param name="store">The store.</param>
public sealed class ImagePush(RegistryClient client, ContentStore store)
{
    /// <summary>Pushes an image.</summary>
    /// <param name="request">The image and its destination.</param>
    /// <param name="progress">Told of each blob's transfer; may be called from any thread.</param>
    /// <param name="cancellationToken">Stops the push; blobs that are there stay.</param>
    /// <returns>The destination by digest.</returns>
    /// <exception cref="RegistryException">The registry refuses something or cannot be reached.</exception>
    /// <exception cref="StoreException">The store does not have all of the image.</exception>
    public async Task<ImageReference> RunAsync(PushRequest request, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var destination = request.Destination.WithDefaultTag();
        var bytes = store.Blobs.Get(request.Manifest.Digest);
        var images = StoredImage.All(store, request.Manifest.Digest);

        // Two quantizations of a model share layers: each blob goes once.
        var blobs = images.SelectMany(i => i.Blobs).DistinctBy(b => b.Descriptor.Digest).OrderByDescending(b => b.Descriptor.Size).ToList();
        await Parallel.ForEachAsync(
            blobs,
            new ParallelOptions { MaxDegreeOfParallelism = client.Options.ParallelTransfers, CancellationToken = cancellationToken },
            async (blob, token) => await PushBlobAsync(blob, destination, request.MountFrom, progress, token).ConfigureAwait(false)).ConfigureAwait(false);

        foreach (var image in images.Where(i => i.Digest != request.Manifest.Digest))
        {
            await client.Manifests.PutAsync(
                destination.WithDigest(image.Digest), image.Manifest.MediaType, image.Bytes, cancellationToken).ConfigureAwait(false);
        }

        // From now on another repository of this registry need not be sent these.
        foreach (var layer in images.SelectMany(i => i.Manifest.Layers).DistinctBy(l => l.Digest))
        {
            store.Origins.Add(layer.Digest, new BlobOrigin(destination.Registry, destination.Repository));
        }

        var mediaType = ManifestJson.DetectMediaType(bytes);
        await client.Manifests.PutAsync(destination, mediaType, bytes, cancellationToken).ConfigureAwait(false);
        foreach (var tag in request.OtherTags)
        {
            await client.Manifests.PutAsync(destination.WithTag(tag), mediaType, bytes, cancellationToken).ConfigureAwait(false);
        }

        return destination.WithDigest(request.Manifest.Digest);
    }

    private async Task PushBlobAsync(
        ImageBlob blob,
        ImageReference destination,
        ImmutableArray<string> mountFrom,
        IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken)
    {
        var (registry, repository) = (destination.Registry, destination.Repository);
        if (await client.Blobs.ExistsAsync(registry, repository, blob.Descriptor.Digest, cancellationToken).ConfigureAwait(false))
        {
            progress?.Report(new TransferProgress(blob.Descriptor, TransferStatus.Present, blob.Descriptor.Size));
            return;
        }

        foreach (var from in mountFrom.Concat(blob.Origins.Where(o => o.Registry == registry).Select(o => o.Repository)).Distinct().Where(from => from != repository))
        {
            if (await TryMountAsync(destination, blob.Descriptor.Digest, from, cancellationToken).ConfigureAwait(false))
            {
                progress?.Report(new TransferProgress(blob.Descriptor, TransferStatus.Mounted, blob.Descriptor.Size));
                return;
            }
        }

        if ((blob.Open ?? Passing(blob)) is not { } open)
        {
            throw new StoreException(
                $"The layer {blob.Descriptor.Digest} was pulled compressed and is kept only as its files, "
                + $"so it cannot be pushed to {registry}/{repository}, which does not have it.");
        }

        progress?.Report(new TransferProgress(blob.Descriptor, TransferStatus.Started, 0));
        await client.Uploads.UploadAsync(
            registry,
            repository,
            blob.Descriptor,
            open,
            done => progress?.Report(new TransferProgress(blob.Descriptor, TransferStatus.Advanced, done)),
            cancellationToken).ConfigureAwait(false);
        progress?.Report(new TransferProgress(blob.Descriptor, TransferStatus.Completed, blob.Descriptor.Size));
    }

    // Being allowed to push is not being allowed to read what another repository has: then the blob goes up after all.
    private async Task<bool> TryMountAsync(ImageReference destination, Digest digest, string from, CancellationToken cancellationToken)
    {
        try
        {
            return await client.Uploads.MountAsync(destination.Registry, destination.Repository, digest, from, cancellationToken).ConfigureAwait(false);
        }
        catch (RegistryException exception) when (exception.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    // What only another registry has goes through this machine without being kept.
    private Func<Stream>? Passing(ImageBlob blob) =>
        blob.Origins is [var origin, ..] ? () => new PassingBlobStream(client.Blobs, origin, blob.Descriptor) : null;
}
