using System.Runtime.Intrinsics;

namespace GGUFPacker.Gguf.Quantization.Simple32;

/// <summary>
/// How the 32 codes of a Q4 or Q5 block are packed: byte j holds the low four bits of element j, then those of element j + 16;
/// the fifth bits, if any, are a little-endian word with element j at bit j.
/// </summary>
internal static class NibbleBlocks
{
    public const int Length = 32;

    /// <summary>
    /// Packs the codes' low four bits into 16 bytes. The references of the four-bit types do not mask the lower code, so that one out of range
    /// reaches its neighbour's nibble.
    /// </summary>
    public static void PackLow(int bits, ReadOnlySpan<byte> codes, Span<byte> packed)
    {
        var mask = Vector128.Create((byte)(bits == 4 ? 0xFF : 0x0F));
        ((Vector128.Create(codes) & mask) | (Vector128.Create(codes[(Length / 2)..]) << 4)).CopyTo(packed);
    }

    /// <summary>Collects the codes' fifth bits.</summary>
    public static uint PackHigh(ReadOnlySpan<byte> codes) =>
        (Vector128.Create(codes) << 3).ExtractMostSignificantBits() | ((Vector128.Create(codes[(Length / 2)..]) << 3).ExtractMostSignificantBits() << 16);

    /// <summary>The codes of a block; <paramref name="high"/> is 0 for four-bit types.</summary>
    public static void Unpack(ReadOnlySpan<byte> packed, uint high, Span<byte> codes)
    {
        for (var j = 0; j < Length / 2; j++)
        {
            codes[j] = (byte)((packed[j] & 0x0Fu) | (((high >> j) & 1) << 4));
            codes[j + (Length / 2)] = (byte)(((uint)packed[j] >> 4) | (((high >> (j + (Length / 2))) & 1) << 4));
        }
    }
}
