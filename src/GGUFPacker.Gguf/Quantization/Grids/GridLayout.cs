using System.Numerics;
using GGUFPacker.Gguf.Quantization.Halves;

namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>Where one of the IQ2 and IQ3 types keeps what in a block's bytes, and what levels and sub-block scales stand for.</summary>
internal abstract class GridLayout
{
    /// <summary>The bytes of a block.</summary>
    public abstract int BlockBytes { get; }

    /// <summary>What a level stands for.</summary>
    public abstract ReadOnlySpan<byte> Values { get; }

    /// <summary>Packs a block into bytes that are zero.</summary>
    public abstract void Pack(in GridBlock block, Span<byte> bytes);

    /// <summary>Unpacks a block.</summary>
    public abstract void Unpack(ReadOnlySpan<byte> bytes, ref GridBlock block);

    /// <summary>What one unit of <see cref="Values"/> is in each sub-block.</summary>
    public abstract void Scales(in GridBlock block, Span<float> scales);

    /// <summary>The IQ2 types' values: those of the levels 1, 3, 5 times 8, corrected.</summary>
    protected static ReadOnlySpan<byte> Iq2Values => [8, 25, 43];

    /// <summary>Sub-block scales of code + 1/2, in units of <paramref name="part"/> of the block's.</summary>
    protected static void HalfOddScales(in GridBlock block, float part, Span<float> scales)
    {
        var scale = HalfBits.ToSingle(block.Scale);
        for (var j = 0; j < scales.Length; j++)
        {
            scales[j] = scale * (0.5f + block.SubScales[j]) * part;
        }
    }

    /// <summary>Two sub-block scales to a byte, the first in the lower bits.</summary>
    protected static void PackScales(ReadOnlySpan<byte> subScales, Span<byte> bytes)
    {
        for (var j = 0; j < subScales.Length; j += 2)
        {
            bytes[j / 2] = (byte)(subScales[j] | (subScales[j + 1] << 4));
        }
    }

    /// <summary>The reverse of <see cref="PackScales"/>.</summary>
    protected static void UnpackScales(ReadOnlySpan<byte> bytes, Span<byte> subScales)
    {
        for (var j = 0; j < subScales.Length; j += 2)
        {
            subScales[j] = (byte)(bytes[j / 2] & 0x0F);
            subScales[j + 1] = (byte)(bytes[j / 2] >> 4);
        }
    }

    /// <summary>A word of four times seven signs, and a sub-block scale on top.</summary>
    protected static uint PackSigns(ReadOnlySpan<byte> signs, byte subScale) =>
        signs[0] | ((uint)signs[1] << 7) | ((uint)signs[2] << 14) | ((uint)signs[3] << 21) | ((uint)subScale << 28);

    /// <summary>The reverse of <see cref="PackSigns"/>; the eighth sign of each makes the number of negative ones even.</summary>
    protected static void UnpackSigns(uint word, Span<byte> signs, out byte subScale)
    {
        for (var k = 0; k < 4; k++)
        {
            signs[k] = EvenSigns((word >> (7 * k)) & 0x7F);
        }

        subScale = (byte)(word >> 28);
    }

    /// <summary>Seven signs and the eighth that makes the number of negative ones even.</summary>
    protected static byte EvenSigns(uint seven) => (byte)(seven | ((uint)(BitOperations.PopCount(seven) & 1) << 7));
}
