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
        var nibbles = Vector128.Create(packed);
        ((nibbles & Vector128.Create((byte)0x0F)) | Fifth(high)).CopyTo(codes);
        ((nibbles >> 4) | Fifth(high >> 16)).CopyTo(codes[(Length / 2)..]);
    }

    // 16 in each byte whose bit is set: each byte gets the eight bits among which its own is, and all but its own are cleared.
    private static Vector128<byte> Fifth(uint bits)
    {
        var eights = Vector128.Shuffle(Vector128.CreateScalar(bits).AsByte(), Vector128.Create((byte)0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1));
        var own = Vector128.Create((byte)1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128);
        return Vector128.Equals(eights & own, own) & Vector128.Create((byte)16);
    }
}
