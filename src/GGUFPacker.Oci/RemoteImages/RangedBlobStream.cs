using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Registry;

namespace GGUFPacker.Oci.RemoteImages;

/// <summary>
/// A blob of a registry, read at any place by requests for ranges. It reads ahead: little after a jump, twice as much each time the reader has gone on from
/// where the last request ended. Where the registry gives no ranges, the blob is read from its start instead. Use it from one thread at a time.
/// </summary>
internal sealed class RangedBlobStream(BlobRequests blobs, RegistryName registry, string repository, Descriptor blob) : SeekableStream
{
    /// <summary>What is read after a jump.</summary>
    public const int MinChunk = 64 << 10;

    /// <summary>The most that is read ahead.</summary>
    public const int MaxChunk = 4 << 20;

    private byte[] _window = [];
    private long _windowStart;
    private int _windowLength;
    private int _chunk = MinChunk;
    private ReopenedStream? _whole;

    /// <inheritdoc/>
    public override long Length => blob.Size;

    /// <summary>The requests so far.</summary>
    public int Requests { get; private set; }

    /// <summary>Whether the registry has turned out to give no ranges.</summary>
    public bool LacksRanges => _whole is not null;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var wanted = (int)Math.Clamp(Length - Position, 0, buffer.Length);
        if (wanted == 0)
        {
            return 0;
        }

        if (_whole is null && (Position < _windowStart || Position >= _windowStart + _windowLength))
        {
            await FillAsync(cancellationToken).ConfigureAwait(false);
        }

        int read;
        if (_whole is not null)
        {
            _whole.Position = Position;
            read = await _whole.ReadAsync(buffer[..wanted], cancellationToken).ConfigureAwait(false);
        }
        else
        {
            var at = (int)(Position - _windowStart);
            read = Math.Min(wanted, _windowLength - at);
            _window.AsSpan(at, read).CopyTo(buffer.Span);
        }

        Position += read;
        return read;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _whole?.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        // A gap that the next piece is larger than is no jump: layers of many small files are read in few pieces.
        var gap = Position - (_windowStart + _windowLength);
        _chunk = _windowLength > 0 && gap >= 0 && gap < _chunk ? Math.Min(2 * _chunk, MaxChunk) : MinChunk;
        var length = (int)Math.Min(_chunk, Length - Position);
        if (_window.Length < length)
        {
            _window = new byte[Math.Min(_chunk, Length)];
        }

        _windowLength = 0;
        Requests++;
        if (await blobs.ReadRangeAsync(registry, repository, blob, Position, _window.AsMemory(0, length), cancellationToken).ConfigureAwait(false))
        {
            (_windowStart, _windowLength) = (Position, length);
        }
        else
        {
            _whole = new ReopenedStream(() => blobs.Open(registry, repository, blob), blob.Size);
        }
    }
}
