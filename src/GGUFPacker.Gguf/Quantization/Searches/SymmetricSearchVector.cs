using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.Searches;

/// <summary>
/// <see cref="SymmetricSearchScalar"/> for as many runs at once as there are lanes. Each lane does the scalar search's operations on its own
/// run in the scalar search's order, so each result has the same bits.
/// <list type="bullet">
/// <item>Layout: vector i holds element i of every run (<see cref="Transposition"/>). Weights, and their products with the elements, are kept the same way.</item>
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

    /// <summary>Searches as many runs as there are lanes, with x * x as weights.</summary>
    /// <param name="x">The runs' elements, in lanes.</param>
    /// <param name="length">The length of a run.</param>
    /// <param name="half">Minus the lowest code.</param>
    /// <param name="scratch">Room for twice as many numbers.</param>
    /// <param name="scales">One scale for each lane.</param>
    /// <param name="inverses">
    /// One inverse scale for each lane: the codes are x * inverse, rounded and cut to -half to half - 1. Not 0, unless the run counts as zero.
    /// </param>
    /// <returns>False if an element is not finite, or a sum not a number.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TrySearch(float* x, int length, int half, float* scratch, float* scales, float* inverses)
    {
        for (nint i = 0; i < (nint)length * T.Count; i += T.Count)
        {
            var value = T.Load(x + i);
            (value * value).Store(scratch + i);
        }

        return TrySearch(x, scratch, length, half, scratch + (length * T.Count), scales, inverses);
    }

    /// <summary>Searches as many runs as there are lanes, with the weights given in lanes. As the other, with room for as many numbers in <paramref name="products"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TrySearch(float* x, float* weights, int length, int half, float* products, float* scales, float* inverses)
    {
        var end = (nint)length * T.Count;
        var zero = T.Create(0);
        var infinity = T.Create(float.PositiveInfinity);
        var isFinite = T.IsLess(zero, infinity);
        T largest = zero, extreme = zero;
        for (nint i = 0; i < end; i += T.Count)
        {
            var value = T.Load(x + i);
            var magnitude = T.Abs(value);
            var isLarger = T.IsLess(largest, magnitude);
            largest = T.Select(isLarger, magnitude, largest);
            extreme = T.Select(isLarger, value, extreme);
            isFinite = T.And(isFinite, T.IsLess(magnitude, infinity));
            (T.Load(weights + i) * value).Store(products + i);
        }

        if (!T.AllSet(isFinite))
        {
            return false;
        }

        var isZero = T.IsLess(largest, T.Create(SymmetricSearchScalar.Epsilon));
        var bestInverse = T.Select(isZero, zero, T.Create(-half) / extreme);
        SumsAbove(x, weights, products, end, half, bestInverse, out var sumXL, out var sumL2);
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
                SumsAbove(x, weights, products, end, half, inverse, out sumXL, out sumL2);
            }
            else
            {
                Sums(x, weights, products, end, half, inverse, out sumXL, out sumL2);
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
    private static void Sums(float* x, float* weights, float* products, nint end, int half, T inverse, out T sumXL, out T sumL2)
    {
        float lowest = -half, highest = half - 1;
        T xl = T.Create(0), l2 = xl;
        for (nint i = 0; i < end; i += T.Count)
        {
            var code = T.Clamp(T.Round(inverse * T.Load(x + i)), lowest, highest);
            xl += code * T.Load(products + i);
            l2 += code * T.Load(weights + i) * code;
        }

        (sumXL, sumL2) = (xl, l2);
    }

    // As Sums, where no code can be below the lowest.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumsAbove(float* x, float* weights, float* products, nint end, int half, T inverse, out T sumXL, out T sumL2)
    {
        var highest = T.Create(half - 1);
        T xl = T.Create(0), l2 = xl;
        for (nint i = 0; i < end; i += T.Count)
        {
            var code = T.Min(highest, T.Round(inverse * T.Load(x + i)));
            xl += code * T.Load(products + i);
            l2 += code * T.Load(weights + i) * code;
        }

        (sumXL, sumL2) = (xl, l2);
    }
}
