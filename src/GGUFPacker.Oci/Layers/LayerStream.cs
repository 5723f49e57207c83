using GGUFPacker.Oci.Content;
using Microsoft.Win32.SafeHandles;

namespace GGUFPacker.Oci.Layers;

/// <summary>Reads the plain tar of a layer, from any place in it, out of the contents of the store. Use it from one thread at a time.</summary>
public sealed class LayerStream : Stream
{
    private readonly LayerRecipe _recipe;
    private readonly Func<Digest, SafeFileHandle> _open;
    private readonly long[] _starts;
    private int _segment;
    private long _position;
    private SafeFileHandle? _file;
    private int _fileSegment = -1;

    /// <summary>Creates a stream at the tar's start.</summary>
    /// <param name="recipe">The layer.</param>
    /// <param name="open">Opens a content for reading; the stream closes it.</param>
    internal LayerStream(LayerRecipe recipe, Func<Digest, SafeFileHandle> open)
    {
        (_recipe, _open) = (recipe, open);
        _starts = new long[recipe.Segments.Length + 1];
        for (var i = 0; i < recipe.Segments.Length; i++)
        {
            _starts[i + 1] = checked(_starts[i] + recipe.Segments[i].Length);
        }
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => _recipe.Size;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
            var found = Array.BinarySearch(_starts, value);
            _segment = found >= 0 ? found : ~found - 1;
        }
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (Locate(buffer.Length) is not { } at)
        {
            return 0;
        }

        int read;
        if (at.Segment.IsContent)
        {
            read = Checked(RandomAccess.Read(at.File!, buffer[..at.Length], at.Offset), at.Segment);
        }
        else
        {
            at.Segment.Inline.Span.Slice((int)at.Offset, at.Length).CopyTo(buffer);
            read = at.Length;
        }

        _position += read;
        return read;
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Locate(buffer.Length) is not { } at)
        {
            return 0;
        }

        int read;
        if (at.Segment.IsContent)
        {
            read = Checked(await RandomAccess.ReadAsync(at.File!, buffer[..at.Length], at.Offset, cancellationToken).ConfigureAwait(false), at.Segment);
        }
        else
        {
            at.Segment.Inline.Slice((int)at.Offset, at.Length).CopyTo(buffer);
            read = at.Length;
        }

        _position += read;
        return read;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file?.Dispose();
            _file = null;
            _fileSegment = -1;
        }

        base.Dispose(disposing);
    }

    // Where the next bytes are: in which stretch, from where in it, and how many are wanted and there.
    private (LayerSegment Segment, long Offset, int Length, SafeFileHandle? File)? Locate(int wanted)
    {
        while (_segment < _recipe.Segments.Length && _position >= _starts[_segment + 1])
        {
            _segment++;
        }

        if (_segment >= _recipe.Segments.Length || wanted == 0)
        {
            return null;
        }

        var segment = _recipe.Segments[_segment];
        if (segment.IsContent && _fileSegment != _segment)
        {
            _file?.Dispose();
            _file = null;
            _fileSegment = -1;
            var file = _open(segment.Content);
            var length = RandomAccess.GetLength(file);
            if (length != segment.Length)
            {
                file.Dispose();
                throw new LayerException($"The content {segment.Content} is damaged: it has {length} bytes instead of {segment.Length}.");
            }

            (_file, _fileSegment) = (file, _segment);
        }

        return (segment, _position - _starts[_segment], (int)Math.Min(wanted, _starts[_segment + 1] - _position), _file);
    }

    private static int Checked(int read, LayerSegment segment) =>
        read > 0 ? read : throw new LayerException($"The content {segment.Content} was cut off while it was read.");
}
