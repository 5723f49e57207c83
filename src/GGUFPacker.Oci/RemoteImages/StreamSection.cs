namespace GGUFPacker.Oci.RemoteImages;

/// <summary>A stretch of a stream that can seek, as a stream of its own; it owns the other.</summary>
internal sealed class StreamSection(Stream inner, long offset, long length) : SeekableStream
{
    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var wanted = (int)Math.Clamp(length - Position, 0, buffer.Length);
        if (wanted == 0)
        {
            return 0;
        }

        inner.Position = offset + Position;
        var read = await inner.ReadAsync(buffer[..wanted], cancellationToken).ConfigureAwait(false);
        Position += read;
        return read > 0 ? read : throw new EndOfStreamException($"The layer ended {length - Position} bytes before the end of the file.");
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
