using System.Buffers.Binary;
using System.Text;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Pickle;

/// <summary>
/// Reads the directory of a zip archive (PKWARE's APPNOTE, with zip64) to find where the entries' bytes lie. PyTorch stores them uncompressed and aligned,
/// so that they can be read in place; the framework's own ZipArchive does not tell where.
/// </summary>
internal static class ArchiveReader
{
    /// <summary>The largest directory: a million entries of a checkpoint's size.</summary>
    private const long MaximumDirectoryBytes = 128 << 20;

    private const int EndLength = 22;
    private const int End64Length = 56;
    private const int LocatorLength = 20;
    private const int EntryLength = 46;
    private const int LocalLength = 30;
    private const uint EndSignature = 0x06054B50;
    private const uint End64Signature = 0x06064B50;
    private const uint LocatorSignature = 0x07064B50;
    private const uint EntrySignature = 0x02014B50;
    private const uint LocalSignature = 0x04034B50;

    /// <summary>The entries by their names. Of a name that is there twice the later entry counts.</summary>
    /// <exception cref="CheckpointException">The file is no zip archive, or its directory is broken.</exception>
    public static Dictionary<string, ArchiveRecord> ReadDirectory(CheckpointFile file)
    {
        var (offset, length) = FindDirectory(file);
        if (length > MaximumDirectoryBytes || offset < 0 || length < 0 || offset > file.Length - length)
        {
            throw Error(file, $"its zip directory of {length} bytes at byte {offset} cannot be right");
        }

        var directory = new byte[length];
        file.Read(offset, directory);
        var records = new Dictionary<string, ArchiveRecord>(StringComparer.Ordinal);
        ReadOnlySpan<byte> rest = directory;
        while (rest.Length >= EntryLength && BinaryPrimitives.ReadUInt32LittleEndian(rest) == EntrySignature)
        {
            var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(rest[28..]);
            var extraLength = BinaryPrimitives.ReadUInt16LittleEndian(rest[30..]);
            var total = EntryLength + nameLength + extraLength + BinaryPrimitives.ReadUInt16LittleEndian(rest[32..]);
            if (total > rest.Length)
            {
                throw Error(file, "an entry of its zip directory is cut off");
            }

            var name = Encoding.UTF8.GetString(rest.Slice(EntryLength, nameLength));
            records[name] = ReadEntry(file, name, rest, rest.Slice(EntryLength + nameLength, extraLength));
            rest = rest[total..];
        }

        return rest.IsEmpty ? records : throw Error(file, "its zip directory holds something that is no entry");
    }

    /// <summary>Where an entry's bytes begin.</summary>
    /// <exception cref="CheckpointException">The entry is compressed, or lies outside of the file.</exception>
    public static long DataOffset(CheckpointFile file, string name, ArchiveRecord record)
    {
        if (!record.IsStored)
        {
            throw Error(file, $"its entry '{name}' is compressed, which PyTorch never does");
        }

        Span<byte> header = stackalloc byte[LocalLength];
        if (record.Offset > file.Length - LocalLength)
        {
            throw Error(file, $"its entry '{name}' lies behind its end");
        }

        file.Read(record.Offset, header);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != LocalSignature)
        {
            throw Error(file, $"its entry '{name}' does not begin where the zip directory says");
        }

        var offset = record.Offset + LocalLength
            + BinaryPrimitives.ReadUInt16LittleEndian(header[26..]) + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        return offset <= file.Length - record.Length ? offset : throw Error(file, $"its entry '{name}' ends behind its end; it is truncated");
    }

    private static (long Offset, long Length) FindDirectory(CheckpointFile file)
    {
        // The end record is the last thing but for a comment of at most 64 KiB.
        var tail = new byte[Math.Min(file.Length, EndLength + ushort.MaxValue)];
        var tailOffset = file.Length - tail.Length;
        file.Read(tailOffset, tail);
        for (var i = tail.Length - EndLength; i >= 0; i--)
        {
            var end = tail.AsSpan(i);
            if (BinaryPrimitives.ReadUInt32LittleEndian(end) != EndSignature || BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) != end.Length - EndLength)
            {
                continue;
            }

            return FindDirectory64(file, tailOffset + i)
                ?? (BinaryPrimitives.ReadUInt32LittleEndian(end[16..]), BinaryPrimitives.ReadUInt32LittleEndian(end[12..]));
        }

        throw Error(
            file, "it is no zip archive. Files of PyTorch before 1.6 are not supported: load and save it again with a newer PyTorch, or use safetensors");
    }

    private static (long Offset, long Length)? FindDirectory64(CheckpointFile file, long endOffset)
    {
        Span<byte> locator = stackalloc byte[LocatorLength];
        if (endOffset < LocatorLength)
        {
            return null;
        }

        file.Read(endOffset - LocatorLength, locator);
        if (BinaryPrimitives.ReadUInt32LittleEndian(locator) != LocatorSignature)
        {
            return null;
        }

        var offset = BinaryPrimitives.ReadInt64LittleEndian(locator[8..]);
        Span<byte> end = stackalloc byte[End64Length];
        if (offset < 0 || offset > file.Length - End64Length)
        {
            throw Error(file, "its zip64 end record lies behind its end");
        }

        file.Read(offset, end);
        return BinaryPrimitives.ReadUInt32LittleEndian(end) == End64Signature
            ? (BinaryPrimitives.ReadInt64LittleEndian(end[48..]), BinaryPrimitives.ReadInt64LittleEndian(end[40..]))
            : throw Error(file, "its zip64 end record is not where it should be");
    }

    private static ArchiveRecord ReadEntry(CheckpointFile file, string name, ReadOnlySpan<byte> entry, ReadOnlySpan<byte> extra)
    {
        var method = BinaryPrimitives.ReadUInt16LittleEndian(entry[10..]);
        long compressed = BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]);
        long length = BinaryPrimitives.ReadUInt32LittleEndian(entry[24..]);
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(entry[42..]);
        while (extra.Length >= 4)
        {
            var id = BinaryPrimitives.ReadUInt16LittleEndian(extra);
            var size = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (size > extra.Length - 4)
            {
                break;
            }

            if (id == 1)
            {
                var values = extra.Slice(4, size);
                length = Take(ref values, length);
                compressed = Take(ref values, compressed);
                offset = Take(ref values, offset);
            }

            extra = extra[(4 + size)..];
        }

        return length >= 0 && offset >= 0
            ? new ArchiveRecord(offset, length, method == 0 && compressed == length)
            : throw Error(file, $"its entry '{name}' has an impossible size or place");

        // A number that does not fit into 32 bits stands in the extra field instead.
        static long Take(ref ReadOnlySpan<byte> values, long small)
        {
            if (small != uint.MaxValue || values.Length < sizeof(long))
            {
                return small;
            }

            var large = BinaryPrimitives.ReadInt64LittleEndian(values);
            values = values[sizeof(long)..];
            return large;
        }
    }

    private static CheckpointException Error(CheckpointFile file, string what) => new($"Cannot read '{file.Name}': {what}.");
}
