using System.Buffers.Binary;
using System.Text;

namespace GGUFPacker.Oci.Layers;

/// <summary>One header block of a tar as it was read: ustar, GNU's dialect of it, or the older V7.</summary>
internal readonly record struct TarHeader(string Name, string LinkName, long Size, byte Type)
{
    public int Mode { get; init; }

    public int UserId { get; init; }

    public int GroupId { get; init; }

    /// <summary>Seconds since the Unix epoch.</summary>
    public long Modified { get; init; }

    /// <summary>Whether the type has bytes after the header; for the others the size means nothing.</summary>
    public bool HasContent => Type is not (TarFormat.TypeHardLink or TarFormat.TypeSymbolicLink or TarFormat.TypeCharacterDevice or TarFormat.TypeBlockDevice
        or TarFormat.TypeDirectory or TarFormat.TypePipe);

    /// <summary>Reads a block that is not all zeros.</summary>
    /// <exception cref="LayerException">It is no header.</exception>
    public static TarHeader Read(ReadOnlySpan<byte> block)
    {
        // Old programs summed signed bytes; a header without bytes above 127 has one sum only.
        var claimed = Number(block, TarFormat.Checksum, "checksum");
        var sum = TarFormat.ChecksumOf(block);
        if (claimed != sum && claimed != sum - (256L * CountHigh(block)))
        {
            throw new LayerException("The layer is no tar: a header's checksum is wrong.");
        }

        var name = Text(block, TarFormat.Name);
        if (block.Slice(TarFormat.Magic.Offset, TarFormat.Magic.Length).SequenceEqual("ustar\0"u8) && Text(block, TarFormat.Prefix) is { Length: > 0 } prefix)
        {
            name = $"{prefix}/{name}";
        }

        var size = Number(block, TarFormat.Size, "size");
        if (size < 0)
        {
            throw new LayerException($"The entry '{name}' has the size {size}.");
        }

        var type = block[TarFormat.Type];
        return new TarHeader(name, Text(block, TarFormat.LinkName), size, type == 0 ? TarFormat.TypeFile : type)
        {
            Mode = (int)(Number(block, TarFormat.Mode, "mode") & 0xFFF),
            UserId = (int)(Number(block, TarFormat.Uid, "owner") & int.MaxValue),
            GroupId = (int)(Number(block, TarFormat.Gid, "group") & int.MaxValue),
            Modified = Number(block, TarFormat.Modified, "time"),
        };
    }

    private static int CountHigh(ReadOnlySpan<byte> block)
    {
        var count = 0;
        for (var i = 0; i < TarFormat.BlockSize; i++)
        {
            count += block[i] > 127 && (i < TarFormat.Checksum.Offset || i >= TarFormat.Checksum.Offset + TarFormat.Checksum.Length) ? 1 : 0;
        }

        return count;
    }

    private static string Text(ReadOnlySpan<byte> block, (int Offset, int Length) field)
    {
        var bytes = block.Slice(field.Offset, field.Length);
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    // Octal digits, or (GNU) a two's complement number whose first bit is replaced by one.
    private static long Number(ReadOnlySpan<byte> block, (int Offset, int Length) field, string what)
    {
        var bytes = block.Slice(field.Offset, field.Length);
        if ((bytes[0] & 0x80) != 0)
        {
            var negative = (bytes[0] & 0x40) != 0;
            var head = bytes[..^8];
            var low = BinaryPrimitives.ReadInt64BigEndian(bytes[^8..]);
            var fill = (byte)(negative ? 0xFF : 0);
            if (head.Length > 0
                && ((head[0] | (negative ? 0 : 0x80)) != (negative ? 0xFF : 0x80) || head[1..].ContainsAnyExcept(fill) || (low < 0) != negative))
            {
                throw new LayerException($"The layer is no tar: the {what} of a header does not fit 64 bits.");
            }

            // A field of eight bytes has its marker within the number.
            return head.Length > 0 ? low : low & long.MaxValue >> 1;
        }

        var text = bytes.Trim(" \0"u8);
        var end = text.IndexOfAny((byte)' ', (byte)0);
        if (end >= 0)
        {
            text = text[..end];
        }

        long value = 0;
        foreach (var digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                throw new LayerException($"The layer is no tar: the {what} of a header is '{Encoding.Latin1.GetString(text)}'.");
            }

            value = (value << 3) | (uint)(digit - '0');
        }

        return value;
    }
}
