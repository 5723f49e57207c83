using System.Buffers.Binary;
using GGUFPacker.Gguf.Quantization.Halves;

namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>
/// IQ1_S: the scale as half; the lower bytes of the 32 point numbers; for each sub-block of 32 a word of the numbers' upper three bits, the sub-block
/// scale (three bits) and whether its values are moved down.
/// </summary>
internal static class IQ1_SScalar
{
    public const int BlockBytes = 50;
    public const int SubBlockLength = 32;
    public const int SubBlocks = 8;

    /// <summary>A sub-block whose largest element is below counts as zero.</summary>
    public const float Epsilon = 1e-12f;
    private const int PointsAt = 2;
    private const int WordsAt = 34;

    /// <summary>Quantizes a block.</summary>
    /// <exception cref="ArithmeticException">The numbers or weights are too large for the type.</exception>
    public static void Quantize(ReadOnlySpan<float> x, ReadOnlySpan<float> importance, Span<byte> block)
    {
        Span<float> weights = stackalloc float[SplitScheme.Length];
        Span<float> scales = stackalloc float[SubBlocks];
        Span<ushort> points = stackalloc ushort[SplitScheme.Length / SplitScheme.GroupLength];
        Span<bool> isDown = stackalloc bool[SubBlocks];
        SplitScheme.Weigh(x, importance, weights);
        for (var j = 0; j < SubBlocks; j++)
        {
            var start = j * SubBlockLength;
            scales[j] = Search(x.Slice(start, SubBlockLength), weights.Slice(start, SubBlockLength), points.Slice(4 * j, 4), out isDown[j]);
        }

        Pack(scales, points, isDown, block);
    }

    /// <summary>Rounds the sub-blocks' scales and packs a block.</summary>
    public static void Pack(ReadOnlySpan<float> scales, ReadOnlySpan<ushort> points, ReadOnlySpan<bool> isDown, Span<byte> block)
    {
        var largest = 0f;
        foreach (var scale in scales)
        {
            largest = largest > scale ? largest : scale;
        }

        var unit = largest / 15;
        var inverse = 1 / unit;
        BinaryPrimitives.WriteUInt16LittleEndian(block, largest == 0 ? (ushort)0 : HalfBits.FromSingle(unit * 1.125f));
        for (var j = 0; j < SubBlocks; j++)
        {
            var word = 0;
            for (var k = 0; k < 4; k++)
            {
                block[PointsAt + (4 * j) + k] = (byte)points[(4 * j) + k];
                word |= points[(4 * j) + k] >> 8 << (3 * k);
            }

            if (largest != 0)
            {
                word |= Math.Clamp(Arithmetic.NearestInt(0.5f * ((inverse * scales[j]) - 1)), 0, 7) << 12;
                word |= isDown[j] ? 0x8000 : 0;
            }

            BinaryPrimitives.WriteUInt16LittleEndian(block[(WordsAt + (2 * j))..], (ushort)word);
        }
    }

    /// <summary>Restores a block.</summary>
    public static void Dequantize(ReadOnlySpan<byte> block, Span<float> values)
    {
        var scale = HalfBits.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(block));
        for (var k = 0; k < 32; k++)
        {
            var word = BinaryPrimitives.ReadUInt16LittleEndian(block[(WordsAt + (k / 4 * 2))..]);
            var unit = scale * ((2 * ((word >> 12) & 7)) + 1);
            var point = block[PointsAt + k] | (((word >> (3 * (k % 4))) & 7) << 8);
            SplitScheme.Restore(point, (word & 0x8000) != 0, unit, values[(k * SplitScheme.GroupLength)..]);
        }
    }

    /// <summary>Keeps a split, moved up or down, if it is better than the best so far.</summary>
    public static bool TryImprove(
        ReadOnlySpan<float> sumsX, ReadOnlySpan<float> sumsW, int i1, int i2, ref float best, ref float scale, ref bool isDown)
    {
        var isBetter = false;
        for (var direction = 0; direction < 2; direction++)
        {
            var sumXQ = Combine(sumsX, i1, i2, SplitScheme.Values(direction == 1), squared: false);
            var sumQ2 = Combine(sumsW, i1, i2, SplitScheme.Values(direction == 1), squared: true);
            if (sumQ2 > 0 && sumXQ * sumXQ > best * sumQ2)
            {
                scale = sumXQ / sumQ2;
                best = scale * sumXQ;
                isDown = direction == 1;
                isBetter = true;
            }
        }

        return isBetter;
    }

    /// <summary>
    /// Searches a sub-block: all splits of the sorted elements are tried with the values moved up and down; sums over a run are differences of sums
    /// from the start.
    /// </summary>
    /// <exception cref="ArithmeticException">No point of the grid is at a finite distance, or there is no scale.</exception>
    public static float Search(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, Span<ushort> points, out bool isDown)
    {
        isDown = false;
        points.Clear();
        var scale = SplitScheme.Largest(x);
        if (scale < Epsilon)
        {
            return 0f;
        }

        Span<byte> order = stackalloc byte[SubBlockLength];
        Span<float> sumsX = stackalloc float[SubBlockLength + 1];
        Span<float> sumsW = stackalloc float[SubBlockLength + 1];
        SplitScheme.Sort(x, order);
        sumsX[0] = 0;
        sumsW[0] = 0;
        for (var j = 0; j < SubBlockLength; j++)
        {
            sumsX[j + 1] = sumsX[j] + (weights[order[j]] * x[order[j]]);
            sumsW[j + 1] = sumsW[j] + weights[order[j]];
        }

        var best = -float.MaxValue;
        int first = -1, second = -1;
        for (var i1 = 0; i1 <= SubBlockLength; i1++)
        {
            for (var i2 = i1; i2 <= SubBlockLength; i2++)
            {
                if (TryImprove(sumsX, sumsW, i1, i2, ref best, ref scale, ref isDown))
                {
                    (first, second) = (i1, i2);
                }
            }
        }

        if (first < 0)
        {
            isDown = false;
            return 0f;
        }

        Span<byte> levels = stackalloc byte[SubBlockLength];
        SplitScheme.SetLevels(order, first, second, scale < 0, levels);
        isDown ^= scale < 0;
        return SplitScheme.Finish(x, weights, levels, scale < 0 ? -scale : scale, isDown ? 0xF : 0, points);
    }

    private static float Combine(ReadOnlySpan<float> sums, int i1, int i2, ReadOnlySpan<float> values, bool squared)
    {
        var lower = (sums[i1] - sums[0]) * values[0];
        var middle = (sums[i2] - sums[i1]) * values[1];
        var upper = (sums[SubBlockLength] - sums[i2]) * values[2];
        return squared ? (lower * values[0]) + (middle * values[1]) + (upper * values[2]) : lower + middle + upper;
    }
}
