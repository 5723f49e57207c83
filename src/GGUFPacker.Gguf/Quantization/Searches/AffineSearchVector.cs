using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.Searches;

/// <summary>
/// <see cref="AffineSearchScalar"/> for as many runs at once as there are lanes. Each lane does the scalar search's operations on its own
/// run in the scalar search's order, so each result has the same bits.
/// <list type="bullet">
/// <item>Layout: row i holds element i of every run (<see cref="Transposition"/>), then their weights, then their codes, so that one pointer goes over all
/// three. What bounds the loops is the number of instructions.</item>
/// <item>A lane whose elements are all equal and not positive, where the scalar search returns at once, runs on with inverse scale 0: its
/// codes are all 0, so its determinant is never above 0 and nothing is kept.</item>
/// <item>Codes are rounded as floats, nearest even. This is what <see cref="Arithmetic.NearestInt"/> gives for magnitudes up to
/// <see cref="Arithmetic.NearestIntLimit"/>; a code of -0 changes no sum. As rounding is monotonic, a run's extremes bound all its elements; if they are out of
/// range (or not finite) in any lane, or a sum with a NaN in it shows one, the search gives up and the caller takes the scalar one.</item>
/// <item>Codes are cut from above only in steps in which one of the two extremes, and so some element, is rounded to more than the highest code.</item>
/// <item>The codes of the best step are not kept but can be had again from the inverse scale and minimum that made them.</item>
/// </list>
/// </summary>
internal static unsafe class AffineSearchVector<T>
    where T : unmanaged, ILanes<T>
{
    /// <summary>A row's vectors: elements, weights, codes.</summary>
    public const int RowVectors = 3;

    /// <summary>Searches as many runs as there are lanes.</summary>
    /// <param name="rows">For each element of the runs a row of <see cref="RowVectors"/> vectors: the elements and their weights, and room for codes.</param>
    /// <param name="length">The length of a run.</param>
    /// <param name="parameters">What is tried.</param>
    /// <param name="found">The result, one run for each lane.</param>
    /// <returns>False if a lane left the range in which rounding floats gives the reference's codes.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TrySearch(float* rows, int length, AffineSearchParameters parameters, AffineFound found)
    {
        var end = rows + (length * RowVectors * T.Count);
        var zero = T.Create(0);
        if (!TryBound(rows, end, out var sumW, out var sumX, out var lowest, out var highest))
        {
            return false;
        }

        // Exactly the scalar code's choices: one type keeps the sign of a minimum that is zero.
        var minimum = T.Select(T.IsLess(zero, lowest), zero, lowest);
        var isConstant = T.IsEqual(highest, minimum);
        var inverse = T.Select(isConstant, zero, T.Create(parameters.Highest) / (highest - minimum));
        if (!IsBelow(Arithmetic.NearestIntLimit, inverse * (lowest - minimum), inverse * (highest - minimum)))
        {
            return false;
        }

        var scale = T.Create(1) / inverse;
        var codeInverse = inverse;
        var codeMinimum = minimum;
        Round(rows, end, inverse, minimum, parameters.Highest, out _, out _, out _);
        var leastError = Error(rows, end, scale, minimum, parameters.IsAbsolute);
        for (var step = 0; step <= parameters.Steps; step++)
        {
            var range = highest - minimum;
            inverse = T.Select(isConstant, zero, T.Create(parameters.Numerator(step)) / range);
            var low = inverse * (lowest - minimum);
            var high = inverse * range;
            T sumL, sumL2, sumXL;
            if (IsBelow(parameters.Highest + 0.5f, low, high))
            {
                RoundBelow(rows, end, inverse, minimum, out sumL, out sumL2, out sumXL);
            }
            else if (IsBelow(Arithmetic.NearestIntLimit, low, high))
            {
                Round(rows, end, inverse, minimum, parameters.Highest, out sumL, out sumL2, out sumXL);
            }
            else
            {
                return false;
            }

            var determinant = (sumW * sumL2) - (sumL * sumL);
            var trialScale = ((sumW * sumXL) - (sumX * sumL)) / determinant;
            var trialMinimum = ((sumL2 * sumX) - (sumL * sumXL)) / determinant;
            var isAbove = T.IsLess(zero, trialMinimum);
            if (T.Bits(isAbove) != 0)
            {
                trialMinimum = T.Select(isAbove, zero, trialMinimum);
                trialScale = T.Select(isAbove, sumXL / sumL2, trialScale);
            }

            var error = Error(rows, end, trialScale, trialMinimum, parameters.IsAbsolute);
            var isBetter = T.And(T.IsLess(zero, determinant), T.IsLess(error, leastError));
            leastError = T.Select(isBetter, error, leastError);
            scale = T.Select(isBetter, trialScale, scale);
            codeInverse = T.Select(isBetter, inverse, codeInverse);
            codeMinimum = T.Select(isBetter, minimum, codeMinimum);
            minimum = T.Select(isBetter, trialMinimum, minimum);
        }

        T.Select(isConstant, zero, scale).Store(found.Scales);
        (T.Create(-0f) - minimum).Store(found.Minima);
        codeInverse.Store(found.Inverses);
        codeMinimum.Store(found.CodeMinima);
        sumW.Store(found.Weights);
        return true;
    }

    // False if an element or weight is NaN; infinities show in the range.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryBound(float* rows, float* end, out T sumW, out T sumX, out T lowest, out T highest)
    {
        T low = T.Load(rows), high = low;
        var w = T.Load(rows + T.Count);
        var wx = w * low;
        for (var row = rows + (RowVectors * T.Count); row < end; row += RowVectors * T.Count)
        {
            var value = T.Load(row);
            var weight = T.Load(row + T.Count);
            low = T.Select(T.IsLess(value, low), value, low);
            high = T.Max(value, high);
            w += weight;
            wx += weight * value;
        }

        (sumW, sumX, lowest, highest) = (w, wx, low, high);
        return T.AllSet(T.IsEqual(wx, wx));
    }

    // Whether both scaled extremes, and so all elements, are below the limit in magnitude.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsBelow(float limit, T low, T high) =>
        T.AllSet(T.And(T.IsLess(T.Abs(low), T.Create(limit)), T.IsLess(T.Abs(high), T.Create(limit))));

    // Arguments are copied so that they stay in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Round(float* rows, float* end, in T inverse, in T minimum, float highest, out T sumL, out T sumL2, out T sumXL)
    {
        T factor = inverse, low = minimum;
        T l = T.Create(0), l2 = l, xl = l;
        for (var row = rows; row < end; row += RowVectors * T.Count)
        {
            var value = T.Load(row);
            var code = T.Clamp(T.Round((value - low) * factor), 0, highest);
            code.Store(row, 2 * T.Count);
            var weighted = T.Multiply(code, row, T.Count);
            l += weighted;
            l2 += weighted * code;
            xl += weighted * value;
        }

        (sumL, sumL2, sumXL) = (l, l2, xl);
    }

    // As Round, where no code can be above the highest.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RoundBelow(float* rows, float* end, in T inverse, in T minimum, out T sumL, out T sumL2, out T sumXL)
    {
        T factor = inverse, low = minimum;
        T l = T.Create(0), l2 = l, xl = l;
        for (var row = rows; row < end; row += RowVectors * T.Count)
        {
            var value = T.Load(row);
            var code = T.NotNegative(T.Round((value - low) * factor));
            code.Store(row, 2 * T.Count);
            var weighted = T.Multiply(code, row, T.Count);
            l += weighted;
            l2 += weighted * code;
            xl += weighted * value;
        }

        (sumL, sumL2, sumXL) = (l, l2, xl);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Error(float* rows, float* end, in T scale, in T minimum, bool isAbsolute)
    {
        T factor = scale, low = minimum;
        var error = T.Create(0);
        if (isAbsolute)
        {
            for (var row = rows; row < end; row += RowVectors * T.Count)
            {
                error += T.Multiply(T.Abs(T.Subtract(T.Multiply(factor, row, 2 * T.Count) + low, row, 0)), row, T.Count);
            }
        }
        else
        {
            for (var row = rows; row < end; row += RowVectors * T.Count)
            {
                var difference = T.Subtract(T.Multiply(factor, row, 2 * T.Count) + low, row, 0);
                error += T.Multiply(difference * difference, row, T.Count);
            }
        }

        return error;
    }
}
