using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>
/// What the vector searches of IQ1_S and IQ1_M have in common. The scalar search goes through all splits and keeps one that is better than the one it has;
/// the kept one's score is x * q squared over q * q (summed up and weighted). With vectors all scores are computed first; then the same walk goes through
/// those splits only whose score is within <see cref="Near"/> of the greatest, M, and ends at the same split:
/// <list type="bullet">
/// <item>Each comparison of the walk compares a split's score with the kept one's, with four roundings of 2^-24 between them. Under
/// <see cref="IsOrdinary"/> nothing overflows and what underflows is far below the scores that matter.</item>
/// <item>There are at most 1122 scores. Just below M there is room for them and as many gaps of ten roundings (6e-7) in seven ten-thousandths: so there is
/// a bound B above (1 - 7e-4) * M to which no score is nearer than five roundings.</item>
/// <item>A walk over any splits that include those above B takes the first one above B, as what it kept before is clearly less, and never again one below.
/// From there on two such walks are in the same state and see the same splits above B. So the whole walk and the short one end alike.</item>
/// <item>The computed scores decide only which splits are looked at. Those of the reciprocal instruction are wrong by up to 3.7e-4, so all above B are at
/// least (1 - 1.5e-3) times the greatest computed one.</item>
/// </list>
/// Blocks with numbers that are not finite or weights that are negative take the scalar search.
/// </summary>
internal static unsafe class SplitVector
{
    /// <summary>Sums are followed by so many NaN: a vector that starts at any of them may be loaded, and its surplus lanes win nothing.</summary>
    public const int Surplus = 8;

    /// <summary>What part of the greatest score a split must have to be looked at.</summary>
    public const float Near = 0.998f;

    /// <summary>
    /// Whether the sum of a sub-block's weights and the greatest score are such that every product of the search that matters is a normal number:
    /// the sums of q * q are between a hundredth and twice the sum of the weights.
    /// </summary>
    public static bool IsOrdinary(float sumW, float score) => sumW is > 1e-12f and < 1e12f && score is > 1e-20f and < 1e20f;

    /// <summary>About the score of splits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Score(Vector256<float> sumXQ, Vector256<float> sumQ2) =>
        Avx.IsSupported ? sumXQ * sumXQ * Avx.Reciprocal(sumQ2) : sumXQ * sumXQ / sumQ2;

    /// <summary>The greatest magnitude of finite numbers, a multiple of eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(float* x, int length)
    {
        var largest = Vector256<float>.Zero;
        for (var i = 0; i < length; i += 8)
        {
            largest = Vector256.MaxNative(largest, Vector256.Abs(Vector256.Load(x + i)));
        }

        return MaxAcross(largest);
    }

    /// <summary>The greater of two; NaN on the left is not greater.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Max(Vector256<float> left, Vector256<float> right) =>
        Vector256.ConditionalSelect(Vector256.GreaterThan(left, right), left, right);

    /// <summary>The greatest lane of numbers that are no NaN.</summary>
    public static float MaxAcross(Vector256<float> value)
    {
        var half = Vector128.MaxNative(value.GetLower(), value.GetUpper());
        half = Vector128.MaxNative(half, Vector128.Shuffle(half, Vector128.Create(2, 3, 0, 1)));
        return Math.Max(half.ToScalar(), half.GetElement(1));
    }

    /// <summary>The elements' weights; false if the sum of squares is not finite or a weight is negative or NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryWeigh(float* x, float* importance, float* weights)
    {
        var sumX2 = 0f;
        for (var i = 0; i < SplitScheme.Length; i++)
        {
            sumX2 += x[i] * x[i];
        }

        if (!float.IsFinite(sumX2))
        {
            return false;
        }

        var isWeight = Vector256<float>.AllBitsSet;
        var variance = Vector256.Create(2 * sumX2 / SplitScheme.Length);
        for (var i = 0; i < SplitScheme.Length; i += 8)
        {
            var value = Vector256.Load(x + i);
            var weight = value * value;
            weight = importance != null ? Vector256.Load(importance + i) * Vector256.Sqrt(variance + weight) : weight;
            isWeight &= Vector256.GreaterThanOrEqual(weight, Vector256<float>.Zero);
            weight.Store(weights + i);
        }

        return Vector256.ExtractMostSignificantBits(isWeight) == 0xFF;
    }

    /// <summary>
    /// As <see cref="SplitScheme.Sort"/>, by counting for each element those that come before it: smaller ones, and equal ones at a lower index.
    /// Lanes are elements; the numbers are finite.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sort(float* x, int length, byte* order)
    {
        for (var i = 0; i < length; i += 8)
        {
            var values = Vector256.Load(x + i);
            var ranks = Vector256<int>.Zero;
            for (var j = 0; j < i; j++)
            {
                ranks -= Vector256.LessThanOrEqual(Vector256.Create(x[j]), values).AsInt32();
            }

            var indices = Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7);
            for (var j = 0; j < 8; j++)
            {
                var other = Vector256.Create(x[i + j]);
                var comesLater = Vector256.GreaterThan(indices, Vector256.Create(j));
                ranks -= Vector256.LessThan(other, values).AsInt32() | (comesLater & Vector256.Equals(other, values).AsInt32());
            }

            for (var j = i + 8; j < length; j++)
            {
                ranks -= Vector256.LessThan(Vector256.Create(x[j]), values).AsInt32();
            }

            for (var lane = 0; lane < 8; lane++)
            {
                order[ranks.GetElement(lane)] = (byte)(i + lane);
            }
        }
    }

    /// <summary>As <see cref="SplitScheme.Finish"/>, with the nearest candidates found by <see cref="NearestPointVector"/>.</summary>
    /// <exception cref="ArithmeticException">No point of the grid is at a finite distance, or there is no scale.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Finish(GridCells grid, float* x, float* weights, ReadOnlySpan<byte> levels, float scale, int down, Span<ushort> points)
    {
        var allOnGrid = true;
        fixed (ushort* candidates = grid.Candidates)
        {
            for (var k = 0; k < points.Length; k++)
            {
                var start = k * SplitScheme.GroupLength;
                var cell = grid.Cells[SplitScheme.Cell(levels[start..])];
                int code = cell.Code;
                if (!cell.IsPoint)
                {
                    allOnGrid = false;
                    var values = SplitScheme.Values(((down >> k) & 1) != 0);
                    code = NearestPointVector.Find8(
                        candidates + cell.First, cell.Count, x + start, weights + start, scale * values[0], scale * values[1], scale * values[2]);
                    if (code < 0)
                    {
                        NearestPointScalar.ThrowNoneNear();
                    }
                }

                points[k] = (ushort)grid.PointNumber((ushort)code);
            }
        }

        return SplitScheme.Conclude(new(x, levels.Length), new(weights, levels.Length), scale, allOnGrid, down, points);
    }
}
