using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>
/// <see cref="IQ1_MScalar"/> with the scores of eight splits at once: lanes are places of the second border, for one place of the first.
/// Why the result is the same: see <see cref="SplitVector"/>.
/// </summary>
internal static unsafe class IQ1_MVector
{
    private const int Length = IQ1_MScalar.SubBlockLength;

    // Rows of 17, 16, ... 1 splits in vectors of eight.
    private const int MaximalScores = 8 * (3 + (8 * (2 + 1)));

    /// <summary>Quantizes a block.</summary>
    /// <exception cref="ArithmeticException">The numbers or weights are too large for the type.</exception>
    [SkipLocalsInit]
    public static void Quantize(ReadOnlySpan<float> x, ReadOnlySpan<float> importance, Span<byte> block)
    {
        var weights = stackalloc float[SplitScheme.Length];
        Span<float> scales = stackalloc float[IQ1_MScalar.SubBlocks];
        Span<ushort> points = stackalloc ushort[2 * IQ1_MScalar.SubBlocks];
        Span<byte> down = stackalloc byte[IQ1_MScalar.SubBlocks];
        fixed (float* source = x, matrix = importance)
        {
            if (!SplitVector.TryWeigh(source, matrix, weights))
            {
                IQ1_MScalar.Quantize(x, importance, block);
                return;
            }

            for (var j = 0; j < IQ1_MScalar.SubBlocks; j++)
            {
                scales[j] = Search(source + (j * Length), weights + (j * Length), points.Slice(2 * j, 2), out down[j]);
            }
        }

        IQ1_MScalar.Pack(x, new(weights, SplitScheme.Length), scales, points, down, block);
    }

    [SkipLocalsInit]
    private static float Search(float* x, float* weights, Span<ushort> points, out byte down)
    {
        down = 0;
        points.Clear();
        if (SplitVector.Largest(x, Length) < IQ1_MScalar.Epsilon)
        {
            return 0f;
        }

        var order = stackalloc byte[Length];
        var memory = stackalloc float[4 * IQ1_MSums.Stride];
        SplitVector.Sort(x, Length, order);
        var sums = new IQ1_MSums(new(memory, 4 * IQ1_MSums.Stride));
        sums.Fill(new(x, Length), new(weights, Length), new(order, Length));
        for (var row = 0; row < 4; row++)
        {
            Vector256.Create(float.NaN).Store(memory + (row * IQ1_MSums.Stride) + Length + 1);
        }

        var scores = stackalloc float[MaximalScores];
        var greatest = Score(memory, scores);
        if (!SplitVector.IsOrdinary(sums.W(0)[Length] + sums.W(1)[Length], greatest))
        {
            return IQ1_MScalar.Search(new(x, Length), new(weights, Length), points, out down);
        }

        Walk(sums, scores, greatest * SplitVector.Near, out var scale, out var first, out var second, out var combination);
        Span<byte> levels = stackalloc byte[Length];
        SplitScheme.SetLevels(new(order, Length), first, second, scale < 0, levels);
        down = (byte)IQ1_MScalar.Down(scale < 0 ? 3 - combination : combination);
        return SplitVector.Finish(Grid.Iq1.Cells, x, weights, levels, scale < 0 ? -scale : scale, down, points);
    }

    // The scores of all splits, the best of the four combinations; returns the greatest. A row begins with the first border's own place.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Score(float* sums, float* scores)
    {
        var first = new Group(sums, 0);
        var second = new Group(sums, 1);
        var greatest = Vector256<float>.Zero;
        for (var i1 = 0; i1 <= Length; i1++)
        {
            var firstRow = new Row(first, i1);
            var secondRow = new Row(second, i1);
            for (var i2 = i1; i2 <= Length; i2 += 8)
            {
                firstRow.Combine(first, i2, out var up0, out var down0, out var upSquare0, out var downSquare0);
                secondRow.Combine(second, i2, out var up1, out var down1, out var upSquare1, out var downSquare1);
                var ups = SplitVector.Max(SplitVector.Score(up0 + up1, upSquare0 + upSquare1), SplitVector.Score(up0 + down1, upSquare0 + downSquare1));
                var downs = SplitVector.Max(
                    SplitVector.Score(down0 + up1, downSquare0 + upSquare1), SplitVector.Score(down0 + down1, downSquare0 + downSquare1));
                var score = SplitVector.Max(ups, downs);
                greatest = SplitVector.Max(score, greatest);
                score.Store(scores);
                scores += 8;
            }
        }

        return SplitVector.MaxAcross(greatest);
    }

    // Goes through the splits whose score is near the greatest, as the scalar search does.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Walk(IQ1_MSums sums, float* scores, float near, out float scale, out int first, out int second, out int combination)
    {
        var best = -float.MaxValue;
        scale = 0;
        (first, second, combination) = (0, 0, 0);
        for (var i1 = 0; i1 <= Length; i1++)
        {
            for (var i2 = i1; i2 <= Length; i2 += 8, scores += 8)
            {
                var lanes = Vector256.ExtractMostSignificantBits(Vector256.GreaterThanOrEqual(Vector256.Load(scores), Vector256.Create(near)));
                for (; lanes != 0; lanes &= lanes - 1)
                {
                    var at = i2 + BitOperations.TrailingZeroCount(lanes);
                    if (sums.TryImprove(i1, at, ref best, ref scale, ref combination))
                    {
                        (first, second) = (i1, at);
                    }
                }
            }
        }
    }

    // The sums of one group of eight and its whole's parts of the least squares.
    private readonly struct Group
    {
        public readonly float* X;
        public readonly float* W;
        public readonly float Up;
        public readonly float Down;
        public readonly float UpSquare;
        public readonly float DownSquare;

        public Group(float* sums, int group)
        {
            X = sums + (group * IQ1_MSums.Stride);
            W = sums + ((2 + group) * IQ1_MSums.Stride);
            var upper = SplitScheme.Up[2];
            var lower = SplitScheme.Down[2];
            Up = X[Length] * upper;
            Down = X[Length] * lower;
            UpSquare = W[Length] * upper * upper;
            DownSquare = W[Length] * lower * lower;
        }
    }

    // What does not change with the second border.
    private readonly struct Row
    {
        private readonly Vector256<float> _x;
        private readonly Vector256<float> _upSquare;
        private readonly Vector256<float> _downSquare;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Row(in Group group, int i1)
        {
            _x = Vector256.Create(group.X[i1]);
            _upSquare = Vector256.Create(group.UpSquare + (group.W[i1] * IQ1_MSums.UpFirst));
            _downSquare = Vector256.Create(group.DownSquare + (group.W[i1] * IQ1_MSums.DownFirst));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Combine(
            in Group group, int i2, out Vector256<float> up, out Vector256<float> down, out Vector256<float> upSquare, out Vector256<float> downSquare)
        {
            var sum = _x + Vector256.Load(group.X + i2);
            var w = Vector256.Load(group.W + i2);
            up = Vector256.Create(group.Up) - sum;
            down = Vector256.Create(group.Down) - sum;
            upSquare = _upSquare + (w * Vector256.Create(IQ1_MSums.UpSecond));
            downSquare = _downSquare + (w * Vector256.Create(IQ1_MSums.DownSecond));
        }
    }
}
