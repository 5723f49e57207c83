using System.Buffers;

namespace GGUFPacker.Oci.RemoteImages;

/// <summary>
/// Bytes that come in their order only, read at any place: what lies before the place is read past, and the source is opened anew for a place that is behind.
/// </summary>
/// <param name="open">Opens the source at its start.</param>
/// <param name="length">The length; null if only reading tells.</param>
/// <param name="decode">Turns the source into the bytes, if they are not its own; leaves it open.</param>
internal sealed class ReopenedStream(Func<Stream> open, long? length, Func<Stream, Stream>? decode = null) : SeekableStream
{
    private Stream? _source;
    private Stream? _decoded;
    private long _reached;

    /// <inheritdoc/>
    public override long Length => length ?? throw new NotSupportedException();

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_decoded is null || _reached > Position)
        {
            Drop();
            _source = open();
            _decoded = decode?.Invoke(_source) ?? _source;
            _reached = 0;
        }

        if (_reached < Position && !await SkipAsync(cancellationToken).ConfigureAwait(false))
        {
            return 0;
        }

        var read = await _decoded.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        _reached += read;
        Position += read;
        return read;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Drop();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<bool> SkipAsync(CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
        try
        {
            while (_reached < Position)
            {
                var read = await _decoded!.ReadAsync(
                    buffer.AsMemory(0, (int)Math.Min(buffer.Length, Position - _reached)), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    return false;
                }

                _reached += read;
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Drop()
    {
        if (_decoded != _source)
        {
            _decoded?.Dispose();
        }

        _source?.Dispose();
        (_source, _decoded) = (null, null);
    }
}
