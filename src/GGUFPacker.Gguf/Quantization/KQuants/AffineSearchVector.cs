using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>
/// <see cref="AffineSearchScalar"/> for as many sub-blocks at once as there are lanes. Each lane does the scalar search's operations on its own
/// sub-block in the scalar search's order, so each result has the same bits.
/// <list type="bullet">
/// <item>Layout: the sub-blocks are transposed first; vector i holds element i of every sub-block. Weights and codes are kept the same way.</item>
/// <item>A lane whose elements are all equal and not positive, where the scalar search returns at once, runs on with inverse scale 0: its
/// codes are all 0, so its determinant is never above 0 and nothing is kept.</item>
/// <item>Codes are rounded as floats, nearest even. This is what <see cref="Arithmetic.NearestInt"/> gives for magnitudes up to
/// <see cref="Arithmetic.NearestIntLimit"/>; a code of -0 changes no sum. As rounding is monotonic, the sub-block's extremes bound all elements; if they are out of
/// range (or not finite) in any lane, the search gives up and the caller takes the scalar one.</item>
/// <item>The codes of the best step are not kept but can be had again from the inverse scale and minimum that made them.</item>
/// </list>
/// </summary>
internal static unsafe class AffineSearchVector<T>
    where T : unmanaged, ILanes<T>
{
    private const int Length = AffineSearchScalar.Length;

    /// <summary>The scratch memory a search needs.</summary>
    public static int ScratchFloats => 3 * Length * T.Count;

    /// <summary>Searches as many sub-blocks as there are lanes.</summary>
    /// <param name="source">The sub-blocks, one after another.</param>
    /// <param name="parameters">What is tried.</param>
    /// <param name="scratch">Room for <see cref="ScratchFloats"/>; aligned to a cache line it is faster.</param>
    /// <param name="found">
    /// Four rows of one number for each lane: the scales, the minima with their sign changed, and the inverse scales and the minima by which the codes are
    /// (x - minimum) * inverse, rounded and cut to their range.
    /// </param>
    /// <returns>False if a lane left the range in which rounding floats gives the reference's codes.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TrySearch(float* source, AffineSearchParameters parameters, float* scratch, float* found)
    {
        var x = scratch;
        var weights = x + (Length * T.Count);
        var codes = weights + (Length * T.Count);
        Transposition.ToLanes(source, T.Count, Length, x);
        if (!TryWeigh(x, weights, out var sumW, out var sumX, out var lowest, out var highest))
        {
            return false;
        }

        var zero = T.Create(0);
        var minimum = T.Min(lowest, zero);
        var isConstant = T.IsEqual(highest, minimum);
        var inverse = T.Select(isConstant, zero, T.Create(parameters.Highest) / (highest - minimum));
        if (!IsInRange(inverse, minimum, lowest, highest))
        {
            return false;
        }

        var scale = T.Create(1) / inverse;
        var codeInverse = inverse;
        var codeMinimum = minimum;
        Round(x, weights, codes, inverse, minimum, parameters.Highest, out _, out _, out _);
        var leastError = Error(x, weights, codes, scale, minimum);
        for (var step = 0; step <= parameters.Steps; step++)
        {
            var numerator = T.Create(parameters.First + (parameters.Delta * step) + parameters.Highest);
            inverse = T.Select(isConstant, zero, numerator / (highest - minimum));
            if (!IsInRange(inverse, minimum, lowest, highest))
            {
                return false;
            }

            Round(x, weights, codes, inverse, minimum, parameters.Highest, out var sumL, out var sumL2, out var sumXL);
            var determinant = (sumW * sumL2) - (sumL * sumL);
            var trialScale = ((sumW * sumXL) - (sumX * sumL)) / determinant;
            var trialMinimum = ((sumL2 * sumX) - (sumL * sumXL)) / determinant;
            var isAbove = T.IsLess(zero, trialMinimum);
            trialMinimum = T.Select(isAbove, zero, trialMinimum);
            trialScale = T.Select(isAbove, sumXL / sumL2, trialScale);

            var error = Error(x, weights, codes, trialScale, trialMinimum);
            var isBetter = T.And(T.IsLess(zero, determinant), T.IsLess(error, leastError));
            leastError = T.Select(isBetter, error, leastError);
            scale = T.Select(isBetter, trialScale, scale);
            codeInverse = T.Select(isBetter, inverse, codeInverse);
            codeMinimum = T.Select(isBetter, minimum, codeMinimum);
            minimum = T.Select(isBetter, trialMinimum, minimum);
        }

        T.Select(isConstant, zero, scale).Store(found);
        (zero - minimum).Store(found + T.Count);
        codeInverse.Store(found + (2 * T.Count));
        codeMinimum.Store(found + (3 * T.Count));
        return true;
    }

    // False if an element is NaN; infinities show in the range.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryWeigh(float* x, float* weights, out T sumW, out T sumX, out T lowest, out T highest)
    {
        var sumX2 = T.Create(0);
        for (nint i = 0; i < Length * T.Count; i += T.Count)
        {
            var value = T.Load(x + i);
            sumX2 += value * value;
        }

        var rootMeanSquare = T.Sqrt(sumX2 / T.Create(Length));
        lowest = highest = T.Load(x);
        sumW = rootMeanSquare + T.Abs(lowest);
        sumX = sumW * lowest;
        sumW.Store(weights);
        for (var i = T.Count; i < Length * T.Count; i += T.Count)
        {
            var value = T.Load(x + i);
            var weight = rootMeanSquare + T.Abs(value);
            weight.Store(weights + i);
            lowest = T.Min(value, lowest);
            highest = T.Max(value, highest);
            sumW += weight;
            sumX += weight * value;
        }

        return T.AllSet(T.IsEqual(sumX2, sumX2));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool IsInRange(T inverse, T minimum, T lowest, T highest)
    {
        var limit = T.Create(Arithmetic.NearestIntLimit);
        var isLowIn = T.IsLess(T.Abs(inverse * (lowest - minimum)), limit);
        var isHighIn = T.IsLess(T.Abs(inverse * (highest - minimum)), limit);
        return T.AllSet(T.And(isLowIn, isHighIn));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Round(float* x, float* weights, float* codes, T inverse, T minimum, int highest, out T sumL, out T sumL2, out T sumXL)
    {
        var top = T.Create(highest);
        var zero = T.Create(0);
        T l = zero, l2 = zero, xl = zero;
        for (nint i = 0; i < Length * T.Count; i += T.Count)
        {
            var value = T.Load(x + i);
            var code = T.Max(zero, T.Min(top, T.Round(inverse * (value - minimum))));
            code.Store(codes + i);
            var weighted = code * T.Load(weights + i);
            l += weighted;
            l2 += weighted * code;
            xl += weighted * value;
        }

        sumL = l;
        sumL2 = l2;
        sumXL = xl;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Error(float* x, float* weights, float* codes, T scale, T minimum)
    {
        var error = T.Create(0);
        for (nint i = 0; i < Length * T.Count; i += T.Count)
        {
            var difference = (scale * T.Load(codes + i)) + minimum - T.Load(x + i);
            error += difference * difference * T.Load(weights + i);
        }

        return error;
    }
}
