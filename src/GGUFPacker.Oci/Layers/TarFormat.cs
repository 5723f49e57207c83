namespace GGUFPacker.Oci.Layers;

/// <summary>The numbers of the ustar format (POSIX.1-1988) and its pax extension (POSIX.1-2001).</summary>
internal static class TarFormat
{
    /// <summary>Headers, and the padding of contents, come in blocks of this many bytes.</summary>
    public const int BlockSize = 512;

    /// <summary>Two zero blocks end an archive.</summary>
    public const int EndSize = 2 * BlockSize;

    /// <summary>The largest size that the header's 11 octal digits hold.</summary>
    public const long MaxOctalSize = 0x1_FFFF_FFFF;

    public const byte TypeFile = (byte)'0';
    public const byte TypeHardLink = (byte)'1';
    public const byte TypeSymbolicLink = (byte)'2';
    public const byte TypeCharacterDevice = (byte)'3';
    public const byte TypeBlockDevice = (byte)'4';
    public const byte TypeDirectory = (byte)'5';
    public const byte TypePipe = (byte)'6';
    public const byte TypeContiguous = (byte)'7';
    public const byte TypePax = (byte)'x';
    public const byte TypePaxGlobal = (byte)'g';
    public const byte TypeGnuLongName = (byte)'L';
    public const byte TypeGnuLongLink = (byte)'K';
    public const byte TypeGnuSparse = (byte)'S';

    // Offset and length of each header field.
    public static readonly (int Offset, int Length) Name = (0, 100);
    public static readonly (int Offset, int Length) Mode = (100, 8);
    public static readonly (int Offset, int Length) Uid = (108, 8);
    public static readonly (int Offset, int Length) Gid = (116, 8);
    public static readonly (int Offset, int Length) Size = (124, 12);
    public static readonly (int Offset, int Length) Modified = (136, 12);
    public static readonly (int Offset, int Length) Checksum = (148, 8);
    public const int Type = 156;
    public static readonly (int Offset, int Length) LinkName = (157, 100);
    public static readonly (int Offset, int Length) Magic = (257, 6);
    public static readonly (int Offset, int Length) Version = (263, 2);
    public static readonly (int Offset, int Length) DeviceMajor = (329, 8);
    public static readonly (int Offset, int Length) DeviceMinor = (337, 8);
    public static readonly (int Offset, int Length) Prefix = (345, 155);

    /// <summary>The largest owner that the header's 7 octal digits hold.</summary>
    public const int MaxOctalOwner = 0x1F_FFFF;

    /// <summary>The bytes that fill a content of this size up to whole blocks.</summary>
    public static int PaddingOf(long size) => (int)(-size & (BlockSize - 1));

    /// <summary>The sum over a header's bytes, its checksum field counted as spaces.</summary>
    public static int ChecksumOf(ReadOnlySpan<byte> header)
    {
        var sum = 0;
        for (var i = 0; i < BlockSize; i++)
        {
            sum += i >= Checksum.Offset && i < Checksum.Offset + Checksum.Length ? ' ' : header[i];
        }

        return sum;
    }
}
