using System.Buffers.Binary;
using GGUFPacker.Gguf.Quantization.Halves;

namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>
/// IQ1_M: the lower bytes of the 32 point numbers; for each sub-block of 16 a byte with, for both its groups, the number's upper three bits and whether
/// the values are moved down; four words of four sub-block scales of three bits each, whose upper four bits together are the block's scale, a half.
/// </summary>
internal static class IQ1_MScalar
{
    public const int BlockBytes = 56;
    public const int SubBlockLength = 16;
    public const int SubBlocks = 16;

    /// <summary>A sub-block whose largest element is below counts as zero.</summary>
    public const float Epsilon = 1e-7f;
    private const int UpperAt = 32;
    private const int ScalesAt = 48;

    /// <summary>Quantizes a block.</summary>
    /// <exception cref="ArithmeticException">The numbers or weights are too large for the type.</exception>
    public static void Quantize(ReadOnlySpan<float> x, ReadOnlySpan<float> importance, Span<byte> block)
    {
        Span<float> weights = stackalloc float[SplitScheme.Length];
        Span<float> scales = stackalloc float[SubBlocks];
        Span<ushort> points = stackalloc ushort[2 * SubBlocks];
        Span<byte> down = stackalloc byte[SubBlocks];
        SplitScheme.Weigh(x, importance, weights);
        for (var j = 0; j < SubBlocks; j++)
        {
            var start = j * SubBlockLength;
            scales[j] = Search(x.Slice(start, SubBlockLength), weights.Slice(start, SubBlockLength), points.Slice(2 * j, 2), out down[j]);
        }

        Pack(x, weights, scales, points, down, block);
    }

    /// <summary>The groups that are moved down, one bit each, in the combinations of shifts in the order in which they are tried.</summary>
    public static int Down(int combination) => (combination >> 1) | ((combination & 1) << 1);

    /// <summary>Rounds the sub-blocks' scales, solves for the block's scale anew, and packs a block.</summary>
    public static void Pack(
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> weights,
        ReadOnlySpan<float> scales,
        ReadOnlySpan<ushort> points,
        ReadOnlySpan<byte> down,
        Span<byte> block)
    {
        block[..BlockBytes].Clear();
        var largest = 0f;
        foreach (var scale in scales)
        {
            largest = largest > scale ? largest : scale;
        }

        for (var j = 0; j < SubBlocks; j++)
        {
            block[2 * j] = (byte)points[2 * j];
            block[(2 * j) + 1] = (byte)points[(2 * j) + 1];
            block[UpperAt + j] = (byte)((points[2 * j] >> 8) | (points[(2 * j) + 1] >> 8 << 4));
        }

        if (largest == 0)
        {
            return;
        }

        Span<int> words = [0, 0, 0, 0];
        var unit = largest / 15;
        var inverse = 1 / unit;
        float sumXQ = 0, sumQ2 = 0;
        for (var j = 0; j < SubBlocks; j++)
        {
            var subScale = Math.Clamp(Arithmetic.NearestInt(0.5f * ((inverse * scales[j]) - 1)), 0, 7);
            words[j / 4] |= subScale << (3 * (j % 4));
            block[UpperAt + j] |= (byte)(((down[j] & 1) << 3) | ((down[j] & 2) << 6));
            for (var k = 0; k < 2; k++)
            {
                var start = (j * SubBlockLength) + (k * SplitScheme.GroupLength);
                var values = SplitScheme.Values(((down[j] >> k) & 1) != 0);
                SplitScheme.AddSums(points[(2 * j) + k], x.Slice(start, 8), weights.Slice(start, 8), values, (2 * subScale) + 1, ref sumXQ, ref sumQ2);
            }
        }

        unit = sumQ2 > 0 ? sumXQ / sumQ2 : unit;
        var half = HalfBits.FromSingle(unit * 1.1125f);
        for (var n = 0; n < 4; n++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(block[(ScalesAt + (2 * n))..], (ushort)(words[n] | (((half >> (4 * n)) & 0xF) << 12)));
        }
    }

    /// <summary>Restores a block.</summary>
    public static void Dequantize(ReadOnlySpan<byte> block, Span<float> values)
    {
        var scale = HalfBits.ToSingle(ReadScale(block));
        for (var k = 0; k < 32; k++)
        {
            var subScales = BinaryPrimitives.ReadUInt16LittleEndian(block[(ScalesAt + (k / 8 * 2))..]);
            var unit = scale * ((2 * ((subScales >> (k % 8 / 2 * 3)) & 7)) + 1);
            var upper = block[UpperAt + (k / 2)] >> (k % 2 * 4);
            SplitScheme.Restore(block[k] | ((upper & 7) << 8), (upper & 8) != 0, unit, values[(k * SplitScheme.GroupLength)..]);
        }
    }

    /// <summary>The block's scale, a half in four nibbles.</summary>
    public static ushort ReadScale(ReadOnlySpan<byte> block)
    {
        var scale = 0;
        for (var n = 0; n < 4; n++)
        {
            scale |= block[ScalesAt + (2 * n) + 1] >> 4 << (4 * n);
        }

        return (ushort)scale;
    }

    /// <summary>
    /// Searches a sub-block: all splits of the sorted elements are tried with each group's values moved up and down. Neighbouring values differ by 1 and
    /// their squares by constants, so the sums over three runs come from the whole and the sums up to the two borders.
    /// </summary>
    /// <exception cref="ArithmeticException">No point of the grid is at a finite distance, or there is no scale.</exception>
    public static float Search(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, Span<ushort> points, out byte down)
    {
        down = 0;
        points.Clear();
        var scale = SplitScheme.Largest(x);
        if (scale < Epsilon)
        {
            return 0f;
        }

        Span<byte> order = stackalloc byte[SubBlockLength];
        SplitScheme.Sort(x, order);
        var sums = new IQ1_MSums(stackalloc float[4 * IQ1_MSums.Stride]);
        sums.Fill(x, weights, order);

        var best = -float.MaxValue;
        int first = -1, second = -1, bestCombination = -1;
        for (var i1 = 0; i1 <= SubBlockLength; i1++)
        {
            for (var i2 = i1; i2 <= SubBlockLength; i2++)
            {
                if (sums.TryImprove(i1, i2, ref best, ref scale, ref bestCombination))
                {
                    (first, second) = (i1, i2);
                }
            }
        }

        if (first < 0)
        {
            return 0f;
        }

        Span<byte> levels = stackalloc byte[SubBlockLength];
        SplitScheme.SetLevels(order, first, second, scale < 0, levels);
        down = (byte)Down(scale < 0 ? 3 - bestCombination : bestCombination);
        return SplitScheme.Finish(x, weights, levels, scale < 0 ? -scale : scale, down, points);
    }
}
