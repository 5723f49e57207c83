using System.Globalization;
using System.Text;

namespace GGUFPacker.Oci.Layers;

/// <summary>
/// Writes tar headers that depend on nothing but the entry: owners by number alone, no device, no access time. Where ustar cannot say a path or a size, a pax
/// record does,
/// laid out as Go's archive/tar does it, so that layers have the digests that BuildKit's exporter gives the same entries.
/// </summary>
internal static class TarHeaderWriter
{
    /// <summary>Appends the header blocks of an entry.</summary>
    public static void Write(MemoryStream output, LayerEntry entry)
    {
        var name = entry.Kind == LayerEntryKind.Directory ? entry.Path + "/" : entry.Path;
        var size = entry.Kind == LayerEntryKind.File ? entry.Size : 0;
        var records = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (!Fits(name, TarFormat.Name.Length))
        {
            records["path"] = name;
        }

        if (entry.LinkTarget is { } target && !Fits(target, TarFormat.LinkName.Length))
        {
            records["linkpath"] = target;
        }

        if (size > TarFormat.MaxOctalSize)
        {
            records["size"] = size.ToString(CultureInfo.InvariantCulture);
        }

        if (records.Count > 0)
        {
            WritePax(output, name, records);
        }

        WriteBlock(output, new TarHeader(ToAscii(name), ToAscii(entry.LinkTarget ?? ""), size, TypeOf(entry.Kind))
        {
            Mode = entry.Mode,
            UserId = entry.UserId,
            GroupId = entry.GroupId,
            Modified = entry.Modified,
        });
    }

    private static void WritePax(MemoryStream output, string name, SortedDictionary<string, string> records)
    {
        var body = new MemoryStream();
        foreach (var (key, value) in records)
        {
            body.Write(Record(key, value));
        }

        // The record's own name matters to no reader; it is the one that Go gives it.
        var slash = name.LastIndexOf('/') + 1;
        var own = ToAscii($"{name[..slash]}PaxHeaders.0/{name[slash..]}");
        WriteBlock(output, new TarHeader(own[..Math.Min(own.Length, TarFormat.Name.Length)].TrimEnd('/'), "", body.Length, TarFormat.TypePax));
        body.WriteTo(output);
        output.Write(new byte[TarFormat.PaddingOf(body.Length)]);
    }

    // "<length> <key>=<value>\n", where the length counts itself.
    private static byte[] Record(string key, string value)
    {
        var rest = Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value) + 3;
        var length = rest + Digits(rest);
        if (rest + Digits(length) != length)
        {
            length = rest + Digits(length);
        }

        return Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{length} {key}={value}\n"));
    }

    private static int Digits(int number) => number.ToString(CultureInfo.InvariantCulture).Length;

    private static void WriteBlock(MemoryStream output, TarHeader header)
    {
        Span<byte> block = stackalloc byte[TarFormat.BlockSize];
        block.Clear();
        WriteText(block, TarFormat.Name, header.Name);
        WriteOctal(block, TarFormat.Mode, header.Mode);
        WriteOctal(block, TarFormat.Uid, header.UserId);
        WriteOctal(block, TarFormat.Gid, header.GroupId);
        WriteOctal(block, TarFormat.Size, header.Size > TarFormat.MaxOctalSize ? 0 : header.Size);
        WriteOctal(block, TarFormat.Modified, header.Modified);
        block[TarFormat.Type] = header.Type;
        "ustar\0"u8.CopyTo(block[TarFormat.Magic.Offset..]);
        "00"u8.CopyTo(block[TarFormat.Version.Offset..]);
        if (header.Type != TarFormat.TypePax)
        {
            WriteText(block, TarFormat.LinkName, header.LinkName);
            WriteOctal(block, TarFormat.DeviceMajor, 0);
            WriteOctal(block, TarFormat.DeviceMinor, 0);
        }

        // Six digits, NUL, space: the one field with a form of its own.
        WriteOctal(block, (TarFormat.Checksum.Offset, TarFormat.Checksum.Length - 1), TarFormat.ChecksumOf(block));
        block[TarFormat.Checksum.Offset + TarFormat.Checksum.Length - 1] = (byte)' ';
        output.Write(block);
    }

    private static void WriteText(Span<byte> block, (int Offset, int Length) field, string ascii)
    {
        // A path that is cut off (a pax record has it whole) must not end in '/', or old readers take a file for a directory.
        var text = ascii.Length > field.Length ? ascii.AsSpan(0, field.Length).TrimEnd('/') : ascii;
        Encoding.ASCII.GetBytes(text, block.Slice(field.Offset, field.Length));
    }

    private static void WriteOctal(Span<byte> block, (int Offset, int Length) field, long value)
    {
        for (var i = field.Length - 2; i >= 0; i--)
        {
            block[field.Offset + i] = (byte)('0' + (value & 7));
            value >>= 3;
        }
    }

    private static bool Fits(string text, int length) => text.Length <= length && Ascii.IsValid(text);

    private static string ToAscii(string text) => string.Concat(text.Where(char.IsAscii));

    private static byte TypeOf(LayerEntryKind kind) => kind switch
    {
        LayerEntryKind.File => TarFormat.TypeFile,
        LayerEntryKind.Directory => TarFormat.TypeDirectory,
        LayerEntryKind.SymbolicLink => TarFormat.TypeSymbolicLink,
        LayerEntryKind.HardLink => TarFormat.TypeHardLink,
        _ => throw new LayerException("Devices and pipes cannot be put into a layer."),
    };
}
