using System.Collections.Immutable;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;
using ZstdSharp;

namespace GGUFPacker.Oci.RemoteImages;

/// <summary>
/// A layer that stays in its registry: its entries, and its files one by one. A layer's digest is of all its bytes, so what is read of a part of it is verified
/// only where the manifest tells the digest of the file (<see cref="LayerListing"/>).
/// </summary>
/// <param name="client">The registry client.</param>
/// <param name="origin">A repository that has the layer.</param>
/// <param name="descriptor">The layer's descriptor in the manifest.</param>
/// <param name="diffId">The digest of its plain tar.</param>
public sealed class RemoteLayer(RegistryClient client, BlobOrigin origin, Descriptor descriptor, Digest diffId)
{
    /// <summary>More requests than this are not sent to learn what is in a layer; then it is cheaper to have all of it.</summary>
    private const int MaxIndexRequests = 256;

    private ImmutableArray<LayerEntry>? _entries;
    private bool _isDear;

    /// <summary>The digest of the layer's plain tar.</summary>
    public Digest DiffId => diffId;

    /// <summary>
    /// The entries, if the manifest lists them or a few small requests tell them: the layer is a plain tar, and the registry gives ranges; these are not
    /// verified. Null otherwise.
    /// </summary>
    /// <exception cref="LayerException">It is no tar that can be taken in, or the listing is faulty.</exception>
    /// <exception cref="RegistryException">The registry does not give it.</exception>
    public async Task<ImmutableArray<LayerEntry>?> TryIndexAsync(CancellationToken cancellationToken)
    {
        _entries ??= LayerListing.Read(descriptor, diffId);
        if (_entries is null && !_isDear && Compression == LayerCompression.None)
        {
            var tar = new RangedBlobStream(client.Blobs, origin.Registry, origin.Repository, descriptor);
            await using (tar.ConfigureAwait(false))
            {
                var (entries, isWhole) = await ReadAsync(
                    tar, _ => tar.Requests < MaxIndexRequests && !tar.LacksRanges, cancellationToken).ConfigureAwait(false);
                _isDear = !isWhole || tar.LacksRanges;
                _entries = _isDear ? null : entries;
            }
        }

        return _entries;
    }

    /// <summary>
    /// The entries up to the first that is a file of this path (no file has an empty one), or all; all of the layer may have to come for them.
    /// </summary>
    internal async Task<ImmutableArray<LayerEntry>> FindAsync(string path, CancellationToken cancellationToken)
    {
        if (await TryIndexAsync(cancellationToken).ConfigureAwait(false) is { } known)
        {
            return known;
        }

        var tar = OpenTar();
        await using (tar.ConfigureAwait(false))
        {
            var (entries, isWhole) = await ReadAsync(
                tar, entry => entry.Kind != LayerEntryKind.File || entry.Path != path, cancellationToken).ConfigureAwait(false);
            _entries = isWhole ? entries : null;
            return entries;
        }
    }

    /// <summary>
    /// Opens a file at its place. The stream can seek; in a compressed layer, or where the registry gives no ranges, all before the place is read for it.
    /// </summary>
    internal Stream Open(LayerEntry entry) =>
        entry.Place is { } place ? new StreamSection(OpenTar(), place.Offset, entry.Size) : new MemoryStream([], writable: false);

    /// <summary>Fetches one file in one request and verifies it.</summary>
    /// <param name="store">Where it goes.</param>
    /// <param name="entry">The file, with its place and its digest.</param>
    /// <param name="progress">Told how many bytes have come.</param>
    /// <param name="cancellationToken">Stops; nothing stays.</param>
    /// <returns>The file; null if the registry gives no ranges, and then nothing was read.</returns>
    /// <exception cref="LayerException">Its bytes are not those of its digest.</exception>
    /// <exception cref="RegistryException">The registry does not give it.</exception>
    public async Task<StoredContent?> TryFetchAsync(ContentStore store, LayerEntry entry, Action<long>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(entry);
        var range = client.Blobs.OpenRange(origin.Registry, origin.Repository, descriptor, entry.Place!.Offset, entry.Size);
        var file = new VerifyingStream(range, new Descriptor(MediaTypes.OctetStream, entry.Content, entry.Size), progress ?? (_ => { }), hashes: false);
        await using (file.ConfigureAwait(false))
        {
            using var ingest = store.Contents.BeginIngest();
            int read;
            while ((read = await file.ReadAsync(ingest.GetMemory(), cancellationToken).ConfigureAwait(false)) > 0)
            {
                ingest.Advance(read);
            }

            if (range.LacksRanges)
            {
                return null;
            }

            var stored = ingest.Commit();
            return stored.Digest == entry.Content && stored.Size == entry.Size
                ? stored
                : throw new LayerException(
                    $"{origin} gave other bytes for '{entry.Path}' of the layer {descriptor.Digest}: theirs are {stored.Digest}, not {entry.Content}.");
        }
    }

    private LayerCompression Compression => MediaTypes.CompressionOf(descriptor.MediaType)
        ?? throw new ContentException($"The layer {descriptor.Digest} of {origin} has the media type '{descriptor.MediaType}', which is no tar.");

    private SeekableStream OpenTar() => Compression is var compression and not LayerCompression.None
        ? new ReopenedStream(
            () => client.Blobs.Open(origin.Registry, origin.Repository, descriptor),
            null,
            source => LayerDecompression.Open(source, compression, LayerDecompression.LimitFor(descriptor.Size)))
        : new RangedBlobStream(client.Blobs, origin.Registry, origin.Repository, descriptor);

    private async Task<(ImmutableArray<LayerEntry> Entries, bool IsWhole)> ReadAsync(
        Stream tar, Func<LayerEntry, bool> goesOn, CancellationToken cancellationToken)
    {
        try
        {
            var size = Compression == LayerCompression.None ? descriptor.Size : (long?)null;
            return await LayerIndexReader.ReadAsync(tar, diffId, size, goesOn, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or ZstdException)
        {
            throw new LayerException($"The layer {descriptor.Digest} of {origin} is damaged: {exception.Message}", exception);
        }
    }
}
