using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>
/// <see cref="IQ1_SScalar"/> with the scores of eight splits at once: lanes are places of the second border, for one place of the first.
/// Why the result is the same: see <see cref="SplitVector"/>.
/// </summary>
internal static unsafe class IQ1_SVector
{
    private const int Length = IQ1_SScalar.SubBlockLength;

    // Rows of 33, 32, ... 1 splits in vectors of eight.
    private const int MaximalScores = 8 * (5 + (8 * (4 + 3 + 2 + 1)));

    /// <summary>Quantizes a block.</summary>
    /// <exception cref="ArithmeticException">The numbers or weights are too large for the type.</exception>
    [SkipLocalsInit]
    public static void Quantize(ReadOnlySpan<float> x, ReadOnlySpan<float> importance, Span<byte> block)
    {
        var weights = stackalloc float[SplitScheme.Length];
        Span<float> scales = stackalloc float[IQ1_SScalar.SubBlocks];
        Span<ushort> points = stackalloc ushort[SplitScheme.Length / SplitScheme.GroupLength];
        Span<bool> isDown = stackalloc bool[IQ1_SScalar.SubBlocks];
        fixed (float* source = x, matrix = importance)
        {
            if (!SplitVector.TryWeigh(source, matrix, weights))
            {
                IQ1_SScalar.Quantize(x, importance, block);
                return;
            }

            for (var j = 0; j < IQ1_SScalar.SubBlocks; j++)
            {
                scales[j] = Search(source + (j * Length), weights + (j * Length), points.Slice(4 * j, 4), out isDown[j]);
            }
        }

        IQ1_SScalar.Pack(scales, points, isDown, block);
    }

    [SkipLocalsInit]
    private static float Search(float* x, float* weights, Span<ushort> points, out bool isDown)
    {
        isDown = false;
        points.Clear();
        if (SplitVector.Largest(x, Length) < IQ1_SScalar.Epsilon)
        {
            return 0f;
        }

        var order = stackalloc byte[Length];
        var sumsX = stackalloc float[Length + 1 + SplitVector.Surplus];
        var sumsW = stackalloc float[Length + 1 + SplitVector.Surplus];
        SplitVector.Sort(x, Length, order);
        sumsX[0] = 0;
        sumsW[0] = 0;
        for (var j = 0; j < Length; j++)
        {
            sumsX[j + 1] = sumsX[j] + (weights[order[j]] * x[order[j]]);
            sumsW[j + 1] = sumsW[j] + weights[order[j]];
        }

        Vector256.Create(float.NaN).Store(sumsX + Length + 1);
        Vector256.Create(float.NaN).Store(sumsW + Length + 1);
        var scores = stackalloc float[MaximalScores];
        var greatest = Score(sumsX, sumsW, scores);
        if (!SplitVector.IsOrdinary(sumsW[Length], greatest))
        {
            return IQ1_SScalar.Search(new(x, Length), new(weights, Length), points, out isDown);
        }

        Walk(new(sumsX, Length + 1), new(sumsW, Length + 1), scores, greatest * SplitVector.Near, out var scale, out var first, out var second, out isDown);
        Span<byte> levels = stackalloc byte[Length];
        SplitScheme.SetLevels(new(order, Length), first, second, scale < 0, levels);
        isDown ^= scale < 0;
        return SplitVector.Finish(Grid.Iq1.Cells, x, weights, levels, scale < 0 ? -scale : scale, isDown ? 0xF : 0, points);
    }

    // The scores of all splits, the better of the two directions; returns the greatest. A row begins with the first border's own place.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Score(float* sumsX, float* sumsW, float* scores)
    {
        var up = SplitScheme.Up;
        var down = SplitScheme.Down;
        Vector256<float> up1 = Vector256.Create(up[1]), up2 = Vector256.Create(up[2]), down1 = Vector256.Create(down[1]), down2 = Vector256.Create(down[2]);
        var wholeX = Vector256.Create(sumsX[Length]);
        var wholeW = Vector256.Create(sumsW[Length]);
        var greatest = Vector256<float>.Zero;
        for (var i1 = 0; i1 <= Length; i1++)
        {
            var firstX = Vector256.Create(sumsX[i1]);
            var firstW = Vector256.Create(sumsW[i1]);
            var upX = Vector256.Create((sumsX[i1] - sumsX[0]) * up[0]);
            var downX = Vector256.Create((sumsX[i1] - sumsX[0]) * down[0]);
            var upW = Vector256.Create((sumsW[i1] - sumsW[0]) * up[0] * up[0]);
            var downW = Vector256.Create((sumsW[i1] - sumsW[0]) * down[0] * down[0]);
            for (var i2 = i1; i2 <= Length; i2 += 8)
            {
                var x = Vector256.Load(sumsX + i2);
                var w = Vector256.Load(sumsW + i2);
                var middleX = x - firstX;
                var middleW = w - firstW;
                var upperX = wholeX - x;
                var upperW = wholeW - w;
                var upXQ = upX + (middleX * up1) + (upperX * up2);
                var upQ2 = upW + (middleW * up1 * up1) + (upperW * up2 * up2);
                var downXQ = downX + (middleX * down1) + (upperX * down2);
                var downQ2 = downW + (middleW * down1 * down1) + (upperW * down2 * down2);
                var score = SplitVector.Max(SplitVector.Score(upXQ, upQ2), SplitVector.Score(downXQ, downQ2));
                greatest = SplitVector.Max(score, greatest);
                score.Store(scores);
                scores += 8;
            }
        }

        return SplitVector.MaxAcross(greatest);
    }

    // Goes through the splits whose score is near the greatest, as the scalar search does.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Walk(
        ReadOnlySpan<float> sumsX, ReadOnlySpan<float> sumsW, float* scores, float near, out float scale, out int first, out int second, out bool isDown)
    {
        var best = -float.MaxValue;
        scale = 0;
        (first, second, isDown) = (0, 0, false);
        for (var i1 = 0; i1 <= Length; i1++)
        {
            for (var i2 = i1; i2 <= Length; i2 += 8, scores += 8)
            {
                var lanes = Vector256.ExtractMostSignificantBits(Vector256.GreaterThanOrEqual(Vector256.Load(scores), Vector256.Create(near)));
                for (; lanes != 0; lanes &= lanes - 1)
                {
                    var at = i2 + BitOperations.TrailingZeroCount(lanes);
                    if (IQ1_SScalar.TryImprove(sumsX, sumsW, i1, at, ref best, ref scale, ref isDown))
                    {
                        (first, second) = (i1, at);
                    }
                }
            }
        }
    }
}
