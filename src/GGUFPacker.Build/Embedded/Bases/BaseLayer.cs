using System.Collections.Immutable;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.RemoteImages;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Embedded.Bases;

/// <summary>
/// A layer of a base image, which stays in its registry as long as nobody reads a file in it. What is in it is known from the store, else from the manifest's
/// listing, else from the headers of its tar, else by having all of it. Bytes of a file are always verified: against the listing's digest, or as a part of the
/// whole layer.
/// </summary>
internal sealed class BaseLayer(ContentStore store, RegistryClient? registries, Descriptor descriptor, Digest diffId)
{
    /// <summary>More files than this are not fetched one by one.</summary>
    private const int MaxAlone = 16;

    private readonly SemaphoreSlim _once = new(1);
    private readonly ImmutableArray<LayerEntry>? _listing = LayerListing.Read(descriptor, diffId);
    private ImmutableArray<LayerEntry>? _entries;
    private LayerRecipe? _recipe;
    private long _aloneBytes;
    private int _aloneFiles;

    /// <summary>Its descriptor in the manifest.</summary>
    public Descriptor Descriptor => descriptor;

    /// <summary>Whether its entries are known without asking anybody.</summary>
    public bool IsListed => _listing is not null || Find() is not null;

    /// <summary>The entries. Files that the store has not have a place; their digest is known if the manifest tells it.</summary>
    public async ValueTask<ImmutableArray<LayerEntry>> ListAsync(BaseTransfer transfer, CancellationToken cancellationToken)
    {
        if (Find() is { } there)
        {
            return there.Entries;
        }

        return _entries ??= _listing
            ?? await FromAnyAsync(origin => new RemoteLayer(registries!, origin, descriptor, diffId).TryIndexAsync(cancellationToken)).ConfigureAwait(false)
            ?? (await FetchAsync(transfer, cancellationToken).ConfigureAwait(false)).Entries;
    }

    /// <summary>Brings a file into the store.</summary>
    public async ValueTask<StoredContent> BringAsync(LayerEntry entry, BaseTransfer transfer, CancellationToken cancellationToken)
    {
        if (!entry.Content.IsEmpty && store.Contents.Contains(entry.Content, entry.Size))
        {
            return new StoredContent(entry.Content, entry.Size);
        }

        // Where one file, or many, are most of a layer the whole is as cheap, and can be gone on with after a break.
        var isFew = Interlocked.Add(ref _aloneBytes, entry.Size) < descriptor.Size / 2 && Interlocked.Increment(ref _aloneFiles) <= MaxAlone;
        if (!entry.Content.IsEmpty
            && isFew
            && Find() is null
            && await TryBringAloneAsync(entry, transfer, cancellationToken).ConfigureAwait(false) is { } alone)
        {
            return alone;
        }

        var place = entry.Place!;
        var layer = await FetchAsync(transfer, cancellationToken).ConfigureAwait(false);
        return LayerListing.Placed(layer).FirstOrDefault(file => file.Place == place && file.Size == entry.Size) is { } found
            ? new StoredContent(found.Content, found.Size)
            : throw new LayerException($"The registry has told that '{entry.Path}' lies in the layer {descriptor.Digest} where the layer has something else.");
    }

    private LayerRecipe? Find() => _recipe ??= store.Layers.Find(diffId);

    private async Task<StoredContent?> TryBringAloneAsync(LayerEntry entry, BaseTransfer transfer, CancellationToken cancellationToken)
    {
        transfer.Begin(entry.Path, entry.Size);
        var stored = await FromAnyAsync(origin => new RemoteLayer(registries!, origin, descriptor, diffId).TryFetchAsync(
            store, entry, done => transfer.Advance(entry.Path, done, entry.Size), cancellationToken)).ConfigureAwait(false);
        transfer.End(entry.Path, entry.Size);
        return stored;
    }

    /// <summary>Brings all of it into the store.</summary>
    public async Task<LayerRecipe> FetchAsync(BaseTransfer transfer, CancellationToken cancellationToken)
    {
        await _once.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Find() is { } there)
            {
                return there;
            }

            var part = descriptor.Digest.ToString();
            transfer.Begin(part, descriptor.Size);
            var progress = new TransferRelay(done => transfer.Advance(part, done, descriptor.Size));
            _recipe = await FromAnyAsync(
                origin => new ImagePull(registries!, store).PullLayerAsync(origin, descriptor, diffId, progress, cancellationToken)).ConfigureAwait(false);
            transfer.End(part, descriptor.Size);
            return _recipe;
        }
        finally
        {
            _once.Release();
        }
    }

    // The latest repository that is known to have it, or the next if that one does not any more.
    private async Task<T> FromAnyAsync<T>(Func<BlobOrigin, Task<T>> ask)
    {
        var origins = store.Origins.Find(descriptor.Digest);
        if (registries is null || origins.IsEmpty)
        {
            throw new StoreException(
                $"The store does not have the layer {descriptor.Digest}{(origins is [var known, ..] ? $" of {known}, and this build asks no registry" : "")}.");
        }

        for (var i = 0; ; i++)
        {
            try
            {
                return await ask(origins[i]).ConfigureAwait(false);
            }
            catch (RegistryException) when (i < origins.Length - 1)
            {
                // The next may have it.
            }
        }
    }

    // Progress<T> would post to another thread and let reports overtake each other.
    private sealed class TransferRelay(Action<long> advanced) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value)
        {
            if (value.Status == TransferStatus.Advanced)
            {
                advanced(value.Done);
            }
        }
    }
}
