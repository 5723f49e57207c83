using System.Globalization;
using System.Text;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Sources.Git;

/// <summary>
/// Reads what <c>git cat-file --batch</c> prints, as it comes: for each object a line "NAME blob SIZE", its bytes, and a line end. Bytes go straight into the
/// store, but for pointers of git LFS and the targets of symbolic links.
/// </summary>
internal sealed class GitBlobReader(ContentStore store, IReadOnlyList<bool> links, Action<int, GitBlobReader.Blob> found)
{
    private readonly List<byte> _line = [];
    private readonly MemoryStream _small = new();
    private ContentIngest? _ingest;
    private long _size = -1;
    private long _left;
    private int _index;

    /// <summary>An object.</summary>
    internal sealed record Blob(Digest Digest, long Size, bool IsLarge, string? Link);

    /// <summary>Takes the next bytes of the output.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> output, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var bytes = output.Span;
        while (!bytes.IsEmpty)
        {
            bytes = _size < 0 ? ReadLine(bytes) : ReadBytes(bytes);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>The output has ended.</summary>
    /// <exception cref="SourceException">Objects are missing.</exception>
    public void Complete()
    {
        _ingest?.Dispose();
        if (_index != links.Count || _size >= 0)
        {
            throw new SourceException($"git gave {_index} of {links.Count} files.");
        }
    }

    private ReadOnlySpan<byte> ReadLine(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)'\n');
        _line.AddRange(end < 0 ? bytes : bytes[..end]);
        if (end < 0)
        {
            return [];
        }

        var text = Encoding.ASCII.GetString([.. _line]);
        _line.Clear();
        if (_index >= links.Count
            || text.Split(' ') is not [_, "blob", var size]
            || !long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out _size))
        {
            throw new SourceException($"git gave '{text}' instead of a file.");
        }

        // The line end behind the bytes belongs to the object.
        _left = _size + 1;
        _small.SetLength(0);
        _ingest = _size >= LfsPointer.MaxLength && !links[_index] ? store.Contents.BeginIngest() : null;
        return bytes[(end + 1)..];
    }

    private ReadOnlySpan<byte> ReadBytes(ReadOnlySpan<byte> bytes)
    {
        var count = (int)Math.Min(bytes.Length, _left);
        _left -= count;
        var data = _left == 0 ? bytes[..(count - 1)] : bytes[..count];
        if (_ingest is not null)
        {
            _ingest.Write(data);
        }
        else
        {
            _small.Write(data);
        }

        if (_left == 0)
        {
            found(_index, End());
            _index++;
            _size = -1;
        }

        return bytes[count..];
    }

    private Blob End()
    {
        if (_ingest is not null)
        {
            using var ingest = _ingest;
            _ingest = null;
            var stored = ingest.Commit();
            return new Blob(stored.Digest, stored.Size, IsLarge: false, Link: null);
        }

        var bytes = _small.GetBuffer().AsSpan(0, (int)_small.Length);
        if (links[_index])
        {
            return new Blob(default, 0, false, Encoding.UTF8.GetString(bytes));
        }

        return LfsPointer.Parse(bytes) is { } pointer
            ? new Blob(pointer.Digest, pointer.Size, IsLarge: true, Link: null)
            : new Blob(store.Contents.Ingest(bytes).Digest, bytes.Length, IsLarge: false, Link: null);
    }
}
