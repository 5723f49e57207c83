using System.Collections.Immutable;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;
using ZstdSharp;

namespace GGUFPacker.Oci.RemoteImages;

/// <summary>A layer that stays in its registry: its entries, and its files one by one. What is read this way is not verified, see <see cref="LayerIndexReader"/>.</summary>
internal sealed class RemoteLayer(RegistryClient client, RegistryName registry, string repository, Descriptor descriptor, Digest diffId)
{
    /// <summary>More requests than this are not sent to learn what is in a layer; then it is cheaper to have all of it.</summary>
    private const int MaxIndexRequests = 256;

    private ImmutableArray<LayerEntry>? _entries;
    private bool _isDear;

    /// <summary>The digest of the layer's plain tar.</summary>
    public Digest DiffId => diffId;

    /// <summary>The entries, if a few small requests tell them: the layer is a plain tar, and the registry gives ranges. Null otherwise.</summary>
    /// <exception cref="LayerException">It is no tar that can be taken in.</exception>
    /// <exception cref="RegistryException">The registry does not give it.</exception>
    public async Task<ImmutableArray<LayerEntry>?> TryIndexAsync(CancellationToken cancellationToken)
    {
        if (_entries is null && !_isDear && Compression == LayerCompression.None)
        {
            var tar = new RangedBlobStream(client.Blobs, registry, repository, descriptor);
            await using (tar.ConfigureAwait(false))
            {
                var (entries, isWhole) = await ReadAsync(tar, _ => tar.Requests < MaxIndexRequests && !tar.LacksRanges, cancellationToken).ConfigureAwait(false);
                _isDear = !isWhole || tar.LacksRanges;
                _entries = _isDear ? null : entries;
            }
        }

        return _entries;
    }

    /// <summary>The entries up to the first that is a file of this path (no file has an empty one), or all; all of the layer may have to come for them.</summary>
    public async Task<ImmutableArray<LayerEntry>> FindAsync(string path, CancellationToken cancellationToken)
    {
        if (await TryIndexAsync(cancellationToken).ConfigureAwait(false) is { } known)
        {
            return known;
        }

        var tar = OpenTar();
        await using (tar.ConfigureAwait(false))
        {
            var (entries, isWhole) = await ReadAsync(tar, entry => entry.Kind != LayerEntryKind.File || entry.Path != path, cancellationToken).ConfigureAwait(false);
            _entries = isWhole ? entries : null;
            return entries;
        }
    }

    /// <summary>Opens a file at its place. The stream can seek; in a compressed layer, or where the registry gives no ranges, all before the place is read for it.</summary>
    public Stream Open(LayerEntry entry) =>
        entry.Place is { } place ? new StreamSection(OpenTar(), place.Offset, entry.Size) : new MemoryStream([], writable: false);

    private LayerCompression Compression => MediaTypes.CompressionOf(descriptor.MediaType)
        ?? throw new ContentException($"The layer {descriptor.Digest} of {registry}/{repository} has the media type '{descriptor.MediaType}', which is no tar.");

    private SeekableStream OpenTar() => Compression is var compression and not LayerCompression.None
        ? new ReopenedStream(
            () => client.Blobs.Open(registry, repository, descriptor),
            null,
            source => LayerDecompression.Open(source, compression, LayerDecompression.LimitFor(descriptor.Size)))
        : new RangedBlobStream(client.Blobs, registry, repository, descriptor);

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
            throw new LayerException($"The layer {descriptor.Digest} of {registry}/{repository} is damaged: {exception.Message}", exception);
        }
    }
}
