using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.Searches;

/// <summary>
/// <see cref="PositiveSearchScalar"/> for as many runs at once as there are lanes. Each lane does the scalar search's operations on its own
/// run in the scalar search's order, so each result has the same bits.
/// <list type="bullet">
/// <item>Layout: vector i holds number i of every run (<see cref="Transposition"/>). Weights and codes are kept the same way.</item>
/// <item>Codes are rounded as floats, nearest even, which is what <see cref="Arithmetic.NearestInt"/> gives inside its range. Those before the refinement are
/// in range if no number is much below minus the largest. In a lane with such a number or one that is not finite, with a code that is negative where the
/// scalar search keeps its low byte, or with a refined one out of range, the result does not count; no lane has an influence on another.</item>
/// <item>Where the scalar search leaves a number alone, a lane computes on and keeps its code and sums. A pass that moves nothing in a lane leaves all as it
/// was, so that further passes, which other lanes need, move nothing either.</item>
/// <item>A lane that counts as zero has inverse scale 0: its codes and sums are 0, and nothing moves.</item>
/// </list>
/// </summary>
internal static unsafe class PositiveSearchVector<T>
    where T : unmanaged, ILanes<T>
{
    /// <summary>Searches as many runs as there are lanes.</summary>
    /// <param name="x">The runs' numbers, in lanes.</param>
    /// <param name="weights">Their weights, in lanes.</param>
    /// <param name="length">The length of a run.</param>
    /// <param name="highest">The highest code.</param>
    /// <param name="codes">The codes, in lanes.</param>
    /// <param name="scales">One scale for each lane.</param>
    /// <returns>A bit for each lane whose result counts.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint Search(float* x, float* weights, int length, int highest, float* codes, float* scales)
    {
        var end = (nint)length * T.Count;
        var zero = T.Create(0);
        var infinity = T.Create(float.PositiveInfinity);
        var isValid = T.IsLess(zero, infinity);
        T largest = zero, least = zero;
        for (nint i = 0; i < end; i += T.Count)
        {
            var value = T.Load(x + i);
            isValid = T.And(isValid, T.IsLess(T.Abs(value), infinity));
            largest = T.Max(largest, value);
            least = T.Min(least, value);
        }

        var isZero = T.IsLess(largest, T.Create(SymmetricSearchScalar.Epsilon));
        var inverse = T.Select(isZero, zero, T.Create(highest) / largest);
        isValid = T.And(isValid, T.IsLess(LeastKept, inverse * least));
        var leastError = Error(x, weights, end, highest, inverse);
        for (var step = -4; step <= 4; step++)
        {
            if (step == 0)
            {
                continue;
            }

            var trialInverse = T.Select(isZero, zero, T.Create((PositiveSearchScalar.Delta * step) + highest) / largest);
            var error = Error(x, weights, end, highest, trialInverse);
            var isBetter = T.IsLess(error, leastError);
            leastError = T.Select(isBetter, error, leastError);
            inverse = T.Select(isBetter, trialInverse, inverse);
        }

        return Refine(x, weights, end, highest, inverse, codes, scales, isValid);
    }

    // What is above is not rounded to a negative code.
    private static T LeastKept => T.Create(-0.5f);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Error(float* x, float* weights, nint end, int highest, T inverse)
    {
        var top = T.Create(highest);
        var scale = T.Create(1) / inverse;
        var error = T.Create(0);
        for (nint i = 0; i < end; i += T.Count)
        {
            var value = T.Load(x + i);
            var difference = value - (scale * T.Min(top, T.Round(inverse * value)));
            error += T.Load(weights + i) * difference * difference;
        }

        return error;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint Refine(float* x, float* weights, nint end, int highest, T inverse, float* codes, float* scales, T isValid)
    {
        var zero = T.Create(0);
        var top = T.Create(highest);
        T sumXL = zero, sumL2 = zero;
        for (nint i = 0; i < end; i += T.Count)
        {
            var value = T.Load(x + i);
            var weight = T.Load(weights + i);
            var scaled = inverse * value;
            isValid = T.And(isValid, T.IsLess(LeastKept, scaled));
            var code = T.Min(top, T.Round(scaled));
            code.Store(codes + i);
            sumXL += weight * value * code;
            sumL2 += weight * code * code;
        }

        for (var pass = 0; pass < PositiveSearchScalar.Passes && TryMove(x, weights, end, top, codes, ref sumXL, ref sumL2, ref isValid); pass++)
        {
        }

        T.Select(T.IsLess(zero, sumL2), sumXL / sumL2, zero).Store(scales);
        return T.Bits(isValid);
    }

    // One pass over the numbers. True if a code has moved in any lane.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryMove(float* x, float* weights, nint end, T top, float* codes, ref T sumXL, ref T sumL2, ref T isValid)
    {
        var zero = T.Create(0);
        var limit = T.Create(Arithmetic.NearestIntLimit);
        var moved = 0u;
        for (nint i = 0; i < end; i += T.Count)
        {
            var value = T.Load(x + i);
            var weight = T.Load(weights + i);
            var code = T.Load(codes + i);
            var product = weight * value;
            var otherXL = sumXL - (product * code);
            var otherL2 = sumL2 - (weight * code * code);
            var isTried = T.And(T.IsLess(zero, otherXL), T.IsLess(zero, otherL2));
            var quotient = value * otherL2 / otherXL;
            isValid = T.And(isValid, T.Select(isTried, T.IsLess(T.Abs(quotient), limit), isValid));
            var trial = T.Min(top, T.Round(quotient));
            var trialXL = otherXL + (product * trial);
            var trialL2 = otherL2 + (weight * trial * trial);

            var isBetter = T.And(isTried, T.IsLess(sumXL * sumXL * trialL2, trialXL * trialXL * sumL2));
            isBetter = T.AndNot(isBetter, T.IsEqual(trial, code));
            isValid = T.AndNot(isValid, T.And(isBetter, T.IsLess(trial, zero)));
            T.Select(isBetter, trial, code).Store(codes + i);
            sumXL = T.Select(isBetter, trialXL, sumXL);
            sumL2 = T.Select(isBetter, trialL2, sumL2);
            moved |= T.Bits(isBetter);
        }

        return moved != 0;
    }
}
