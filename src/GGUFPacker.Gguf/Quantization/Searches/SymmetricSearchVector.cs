using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.Searches;

/// <summary>
/// <see cref="SymmetricSearchScalar"/> for as many runs at once as there are lanes. Each lane does the scalar search's operations on its own
/// run in the scalar search's order, so each result has the same bits.
/// <list type="bullet">
/// <item>Layout: row i holds element i of every run (<see cref="Transposition"/>), then their weights, then the products of both, so that one pointer goes over
/// all three. What bounds the loops is the number of instructions.</item>
/// <item>A lane that counts as zero, where the scalar search returns at once, runs on with inverse scale 0: all codes and sums are 0.</item>
/// <item>Codes are rounded as floats, nearest even. The scaled elements of finite runs are below half + 1 in magnitude, far inside the range in
/// which this is what <see cref="Arithmetic.NearestInt"/> gives; a code of -0 changes no sum. With infinities or NaN, in the elements or in the first sums, the
/// caller takes the scalar search.</item>
/// <item>Codes are cut from below only in steps of half or more beside the lowest: a scaled element is at most the numerator and two roundings.</item>
/// <item>The codes of the best step are not kept but can be had again from its inverse scale.</item>
/// </list>
/// </summary>
internal static unsafe class SymmetricSearchVector<T>
    where T : unmanaged, ILanes<T>
{
    // The step from which a scaled element can be rounded to something below the lowest code.
    private const int FirstBelow = 5;

    /// <summary>A row's vectors: elements, weights, their products.</summary>
    public const int RowVectors = 3;

    /// <summary>Makes x * x the weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weigh(float* rows, int length)
    {
        for (var row = rows; row < rows + (length * RowVectors * T.Count); row += RowVectors * T.Count)
        {
            var value = T.Load(row);
            (value * value).Store(row + T.Count);
        }
    }

    /// <summary>Searches as many runs as there are lanes.</summary>
    /// <param name="rows">For each element of the runs a row of <see cref="RowVectors"/> vectors: the elements and their weights, and room for
    /// products.</param>
    /// <param name="length">The length of a run.</param>
    /// <param name="half">Minus the lowest code.</param>
    /// <param name="scales">One scale for each lane.</param>
    /// <param name="inverses">
    /// One inverse scale for each lane: the codes are x * inverse, rounded and cut to -half to half - 1. Not 0, unless the run counts as zero.
    /// </param>
    /// <returns>False if an element is not finite, or a sum not a number.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TrySearch(float* rows, int length, int half, float* scales, float* inverses)
    {
        var end = rows + (length * RowVectors * T.Count);
        var zero = T.Create(0);
        if (!TryBegin(rows, end, out var largest, out var extreme))
        {
            return false;
        }

        var isZero = T.IsLess(largest, T.Create(SymmetricSearchScalar.Epsilon));
        var bestInverse = T.Select(isZero, zero, T.Create(-half) / extreme);
        SumsAbove(rows, end, half, bestInverse, out var sumXL, out var sumL2);
        if (!T.AllSet(T.IsEqual(sumXL + sumL2, sumXL + sumL2)))
        {
            return false;
        }

        var scale = T.Select(T.IsEqual(sumL2, zero), zero, sumXL / sumL2);
        var best = scale * sumXL;
        for (var step = -9; step <= 9; step++)
        {
            if (step == 0)
            {
                continue;
            }

            var inverse = T.Select(isZero, zero, T.Create(-(half + (0.1f * step))) / extreme);
            if (step < FirstBelow)
            {
                SumsAbove(rows, end, half, inverse, out sumXL, out sumL2);
            }
            else
            {
                Sums(rows, end, half, inverse, out sumXL, out sumL2);
            }

            var isBetter = T.And(T.IsLess(zero, sumL2), T.IsLess(best * sumL2, sumXL * sumXL));
            bestInverse = T.Select(isBetter, inverse, bestInverse);
            scale = T.Select(isBetter, sumXL / sumL2, scale);
            best = T.Select(isBetter, scale * sumXL, best);
        }

        scale.Store(scales);
        bestInverse.Store(inverses);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryBegin(float* rows, float* end, out T largest, out T extreme)
    {
        var infinity = T.Create(float.PositiveInfinity);
        T magnitudes = T.Create(0), extremes = magnitudes;
        var isFinite = T.IsLess(magnitudes, infinity);
        for (var row = rows; row < end; row += RowVectors * T.Count)
        {
            var value = T.Load(row);
            var magnitude = T.Abs(value);
            var isLarger = T.IsLess(magnitudes, magnitude);
            magnitudes = T.Select(isLarger, magnitude, magnitudes);
            extremes = T.Select(isLarger, value, extremes);
            isFinite = T.And(isFinite, T.IsLess(magnitude, infinity));
            T.Multiply(value, row, T.Count).Store(row, 2 * T.Count);
        }

        (largest, extreme) = (magnitudes, extremes);
        return T.AllSet(isFinite);
    }

    // The argument is copied so that it stays in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sums(float* rows, float* end, int half, in T inverse, out T sumXL, out T sumL2)
    {
        float lowest = -half, highest = half - 1;
        var factor = inverse;
        T xl = T.Create(0), l2 = xl;
        for (var row = rows; row < end; row += RowVectors * T.Count)
        {
            var code = T.Clamp(T.Round(T.Multiply(factor, row, 0)), lowest, highest);
            xl += T.Multiply(code, row, 2 * T.Count);
            l2 += T.Multiply(code, row, T.Count) * code;
        }

        (sumXL, sumL2) = (xl, l2);
    }

    // As Sums, where no code can be below the lowest.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumsAbove(float* rows, float* end, int half, in T inverse, out T sumXL, out T sumL2)
    {
        var highest = T.Create(half - 1);
        var factor = inverse;
        T xl = T.Create(0), l2 = xl;
        for (var row = rows; row < end; row += RowVectors * T.Count)
        {
            var code = T.Min(highest, T.Round(T.Multiply(factor, row, 0)));
            xl += T.Multiply(code, row, 2 * T.Count);
            l2 += T.Multiply(code, row, T.Count) * code;
        }

        (sumXL, sumL2) = (xl, l2);
    }
}
