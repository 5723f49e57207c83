namespace GGUFPacker.Oci.Layouts;

/// <summary>One file of an archive; several may be read in turns.</summary>
internal sealed class ArchiveEntryStream(FileStream archive, long offset, long size) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => size;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var wanted = (int)Math.Min(buffer.Length, size - _position);
        var read = wanted == 0
            ? 0
            : await RandomAccess.ReadAsync(archive.SafeFileHandle, buffer[..wanted], offset + _position, cancellationToken).ConfigureAwait(false);
        _position += read;
        return read;
    }

    public override int Read(byte[] buffer, int start, int count)
    {
        var wanted = (int)Math.Min(count, size - _position);
        var read = wanted == 0 ? 0 : RandomAccess.Read(archive.SafeFileHandle, buffer.AsSpan(start, wanted), offset + _position);
        _position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int start, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(start, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long position, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int start, int count) => throw new NotSupportedException();
}
