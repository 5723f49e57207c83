using System.Buffers;
using System.Collections.Immutable;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;

namespace GGUFPacker.Oci.Store;

/// <summary>
/// Takes a tar into the store in one pass: files become contents, all else stays as it is in the recipe, and the digest of the whole is computed on the way.
/// Nothing is written to a path that the tar names. Bytes come from a stranger, so each number in them has a limit.
/// </summary>
internal sealed class LayerImport : IDisposable
{
    private readonly ContentArea _contents;
    private readonly Stream _source;
    private readonly long? _size;
    private readonly PartialLayer? _partial;
    private readonly HashLane _hash = new();
    private readonly TarEntryParser _parser = new();
    private readonly ImmutableArray<LayerSegment>.Builder _segments = ImmutableArray.CreateBuilder<LayerSegment>();
    private readonly ImmutableArray<LayerEntry>.Builder _entries = ImmutableArray.CreateBuilder<LayerEntry>();
    private readonly byte[] _block = new byte[TarFormat.BlockSize];
    private MemoryStream _inline = new();
    private long _inlineTotal;
    private long _position;

    /// <summary>Creates the import.</summary>
    /// <param name="contents">Where the files go.</param>
    /// <param name="source">The plain tar.</param>
    /// <param name="size">The tar's size if it is known beforehand.</param>
    /// <param name="partial">Where the way is recorded, so that another import can go on from where this one stops; null for nowhere.</param>
    public LayerImport(ContentArea contents, Stream source, long? size, PartialLayer? partial = null) =>
        (_contents, _source, _size, _partial) = (contents, source, size, partial);

    /// <summary>Reads the tar to its end. The recipe is not yet saved: its digest is the caller's to compare.</summary>
    /// <exception cref="LayerException">It is no tar that can be taken in.</exception>
    public async Task<LayerRecipe> RunAsync(CancellationToken cancellationToken)
    {
        while (await ReadBlockAsync(cancellationToken).ConfigureAwait(false))
        {
            var header = TarHeader.Read(_block);
            if (TarEntryParser.IsExtension(header))
            {
                _parser.Extend(header, await ReadInlineAsync((int)header.Size, cancellationToken).ConfigureAwait(false));
                await ReadInlineAsync(TarFormat.PaddingOf(header.Size), cancellationToken).ConfigureAwait(false);
                continue;
            }

            await ReadEntryAsync(header, cancellationToken).ConfigureAwait(false);
        }

        _parser.Finish();
        await ReadTrailingAsync(cancellationToken).ConfigureAwait(false);
        FlushInline();
        return new LayerRecipe(Digest.FromHash(_hash.Finish()), _position, _segments.DrainToImmutable(), _entries.DrainToImmutable());
    }

    public void Dispose() => _hash.Dispose();

    private async Task ReadEntryAsync(TarHeader header, CancellationToken cancellationToken)
    {
        var (entry, size) = _parser.Parse(header, (_size ?? long.MaxValue) - _position);
        if (size > 0)
        {
            var content = await ReadContentAsync(entry.Path, size, cancellationToken).ConfigureAwait(false);
            entry = entry.Kind == LayerEntryKind.File ? entry with { Content = content } : entry;
            await ReadInlineAsync(TarFormat.PaddingOf(size), cancellationToken).ConfigureAwait(false);
        }

        if (entry.Path.Length > 0)
        {
            _entries.Add(entry);
        }
    }

    private async Task<Digest> ReadContentAsync(string name, long size, CancellationToken cancellationToken)
    {
        FlushInline();
        var data = _partial is not null && size >= PartialLayer.MinContentSize ? _partial.NewDataPath() : null;
        using var ingest = _contents.BeginIngest(_hash, data);
        for (var left = size; left > 0;)
        {
            var room = ingest.GetMemory();
            var read = await _source.ReadAsync(room[..(int)Math.Min(room.Length, left)], cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                throw new LayerException($"The layer is cut off within '{name}': {left} of {size} bytes are missing.");
            }

            ingest.Advance(read);
            left -= read;
            if (data is not null && !ingest.KeepsUnfinished && _position + (size - left) > _partial!.Length)
            {
                // Until here the bytes were those of an earlier import, whose record was the better one.
                _partial.Record(_segments, data);
                ingest.KeepsUnfinished = true;
            }
        }

        var stored = ingest.Commit();
        _segments.Add(LayerSegment.Of(stored.Digest, size));
        _position += size;
        return stored.Digest;
    }

    // False at the end of the archive: a block of zeros, or the end of the bytes where a header would begin.
    private async Task<bool> ReadBlockAsync(CancellationToken cancellationToken)
    {
        var read = await _source.ReadAtLeastAsync(_block, _block.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (read is not (0 or TarFormat.BlockSize))
        {
            throw new LayerException("The layer is cut off within a header.");
        }

        Keep(_block.AsSpan(0, read));
        return read > 0 && _block.AsSpan().ContainsAnyExcept((byte)0);
    }

    private async Task<byte[]> ReadInlineAsync(int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        if (await _source.ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) < count)
        {
            throw new LayerException("The layer is cut off.");
        }

        Keep(bytes);
        return bytes;
    }

    private async Task ReadTrailingAsync(CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(16 << 10);
        try
        {
            var start = _position;
            int read;
            while ((read = await _source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                Keep(buffer.AsSpan(0, read));
                if (_position - start > TarLimits.MaxTrailingBytes)
                {
                    throw new LayerException($"The layer has more than {TarLimits.MaxTrailingBytes} bytes after its end.");
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        _inlineTotal += bytes.Length;
        if (_inlineTotal > TarLimits.MaxInlineBytes)
        {
            throw new LayerException($"The layer has more than {TarLimits.MaxInlineBytes} bytes of headers.");
        }

        _hash.AppendNow(bytes);
        _inline.Write(bytes);
        _position += bytes.Length;
    }

    private void FlushInline()
    {
        if (_inline.Length > 0)
        {
            _segments.Add(LayerSegment.Of(_inline.ToArray()));
            _inline = new MemoryStream();
        }
    }
}
