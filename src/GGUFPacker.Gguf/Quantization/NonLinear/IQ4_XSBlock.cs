using System.Buffers.Binary;
using GGUFPacker.Gguf.Quantization.Halves;

namespace GGUFPacker.Gguf.Quantization.NonLinear;

/// <summary>
/// The block of 256 of IQ4_XS: the scale as half, the high two bits of the eight sub-block scales (a little-endian word, the first lowest), their low four
/// bits (four bytes), then 16 bytes of codes for each sub-block of 32. Element = scale * (subScale - 32) * value.
/// </summary>
internal static class IQ4_XSBlock
{
    public const int Length = 256;
    public const int SubBlocks = 8;
    public const int BlockBytes = 136;
    public const int CodesAt = 8;
    private const int HighAt = 2;
    private const int LowAt = 4;
    private const int Half = 32;

    /// <summary>
    /// Writes the scale and the sub-block scales.
    /// </summary>
    /// <param name="scales">The sub-blocks' scales; then the inverses of what they became, with a scale that is not yet rounded to a half.</param>
    /// <param name="block">The whole block.</param>
    public static void WriteScales(Span<float> scales, Span<byte> block)
    {
        float extreme = 0, largest = 0;
        foreach (var found in scales)
        {
            if (MathF.Abs(found) > largest)
            {
                largest = MathF.Abs(found);
                extreme = found;
            }
        }

        var scale = -extreme / Half;
        var inverse = NonLinearRun.Inverse(scale);
        BinaryPrimitives.WriteUInt16LittleEndian(block, HalfBits.FromSingle(scale));
        uint high = 0, low = 0;
        for (var j = 0; j < SubBlocks; j++)
        {
            var subScale = Math.Clamp(Arithmetic.NearestInt(inverse * scales[j]), -Half, Half - 1);
            scales[j] = NonLinearRun.Inverse(scale * subScale);
            var code = (uint)(subScale + Half);
            low |= (code & 0x0F) << (4 * j);
            high |= (code >> 4) << (2 * j);
        }

        BinaryPrimitives.WriteUInt16LittleEndian(block[HighAt..], (ushort)high);
        BinaryPrimitives.WriteUInt32LittleEndian(block[LowAt..], low);
    }

    /// <summary>For each sub-block scale * (subScale - 32).</summary>
    public static void ReadScales(ReadOnlySpan<byte> block, Span<float> scales)
    {
        var scale = HalfBits.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(block));
        uint high = BinaryPrimitives.ReadUInt16LittleEndian(block[HighAt..]);
        var low = BinaryPrimitives.ReadUInt32LittleEndian(block[LowAt..]);
        for (var j = 0; j < SubBlocks; j++)
        {
            var code = ((low >> (4 * j)) & 0x0F) | (((high >> (2 * j)) & 3) << 4);
            scales[j] = scale * ((int)code - Half);
        }
    }
}
