using GGUFPacker.Oci.Content;
using Microsoft.Win32.SafeHandles;

namespace GGUFPacker.Oci.Store;

/// <summary>
/// Takes a file into the store while it is written, front to back: the bytes go to a temporary file, and their digest (and the digest of the layer around them)
/// is computed on the way.
/// <see cref="Commit"/> gives the file its name; without it nothing stays.
/// </summary>
public sealed class ContentIngest : Stream
{
    private readonly ContentArea _area;
    private readonly PendingLayer? _layer;
    private readonly string _temporary;
    private readonly SafeFileHandle _file;
    private readonly ContentHasher _hasher;
    private HashBlock _block = new();
    private long _written;
    private bool _finished;

    internal ContentIngest(ContentArea area, PendingLayer? layer, long size)
        : this(area, new ContentHasher(layer, area.AppendTo), size: size) => _layer = layer;

    /// <summary>Creates the ingest.</summary>
    /// <param name="area">Where the file goes.</param>
    /// <param name="hasher">Computes its digest.</param>
    /// <param name="path">Where the unfinished file lies; null for a temporary file.</param>
    /// <param name="size">Its size, as far as known.</param>
    internal ContentIngest(ContentArea area, ContentHasher hasher, string? path = null, long size = 0)
    {
        (_area, _hasher) = (area, hasher);
        _temporary = path ?? area.Files.NewTemporary();
        try
        {
            _file = area.Files.Create(_temporary, size);
        }
        catch
        {
            hasher.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => !_finished;

    /// <summary>The bytes written so far.</summary>
    public override long Length => _written + _block.Length;

    /// <summary>The bytes written so far; it cannot be set.</summary>
    public override long Position
    {
        get => Length;
        set => throw new NotSupportedException();
    }

    /// <summary>Whether the file stays where it is if it is never finished.</summary>
    internal bool KeepsUnfinished { get; set; }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_finished, this);
        while (!buffer.IsEmpty)
        {
            var count = Math.Min(buffer.Length, _block.Free.Length);
            buffer[..count].CopyTo(_block.Free.Span);
            Advance(count);
            buffer = buffer[count..];
        }
    }

    /// <summary>Room for the next bytes, to be filled without copying and then told of with <see cref="Advance"/>.</summary>
    internal Memory<byte> GetMemory() => _block.Free;

    /// <summary>The first bytes of <see cref="GetMemory"/> have been filled.</summary>
    internal void Advance(int count)
    {
        _block.Advance(count);
        if (_block.IsFull)
        {
            WriteBlock();
            _hasher.Append(_block);
            _block = new HashBlock();
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Ends the file: it is in the store from now on.</summary>
    /// <exception cref="StoreException">The file has another size than its layer was told.</exception>
    public StoredContent Commit()
    {
        ObjectDisposedException.ThrowIf(_finished, this);
        if (_layer is not null && _layer.Size != Length)
        {
            throw new StoreException($"'{_layer.Path}' has {Length} bytes; its layer was told {_layer.Size}.");
        }

        var rest = _block.Bytes;
        _area.Files.Write(_file, rest, _written);
        var (content, layer) = _hasher.Finish(rest);
        _written += rest.Length;
        _file.Dispose();
        var stored = _area.Settle(_temporary, content, _written, layer);
        _finished = true;
        return stored;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_file.IsClosed)
        {
            _file.Dispose();
            _hasher.Dispose();
            if (!KeepsUnfinished)
            {
                StoreFiles.TryDelete(_temporary);
            }
        }
        else if (disposing)
        {
            _hasher.Dispose();
        }

        _finished = true;
        base.Dispose(disposing);
    }

    private void WriteBlock()
    {
        _area.Files.Write(_file, _block.Bytes, _written);
        _written += _block.Length;
    }
}
