using System.Numerics;
using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.Searches;

/// <summary>
/// The refinement of <see cref="RefinedSearchScalar"/> for one run, with its elements in the lanes (a divisor of the length, 16 at most). Between two moves
/// the sums do not change, so that every element is tested against them at once, by the scalar code's operations; the first one after the last
/// move is the next one to move. Refined codes are rounded by <see cref="ILanes{T}.NearestInt"/>, which is exact for every quotient.
/// </summary>
internal static unsafe class RefinedRun<T>
    where T : unmanaged, ILanes<T>
{
    private const int LongestRun = RefinedSearchScalar.LongestRun;

    /// <summary>Refines a run.</summary>
    /// <param name="x">The elements.</param>
    /// <param name="length">Their number.</param>
    /// <param name="half">Minus the lowest code.</param>
    /// <param name="codes">The codes, which are changed.</param>
    /// <param name="stride">The distance of two codes.</param>
    /// <param name="sumXL">The first sums.</param>
    /// <param name="sumL2">The first sums.</param>
    /// <returns>The scale.</returns>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Refine(float* x, int length, int half, float* codes, int stride, float sumXL, float sumL2)
    {
        var row = stackalloc float[LongestRun];
        var trials = stackalloc float[3 * LongestRun];
        for (var i = 0; i < length; i++)
        {
            row[i] = codes[i * stride];
        }

        // Bits of the elements that would move, and of those that come later in this pass.
        var movers = Test(x, length, half, row, sumXL, sumL2, trials);
        var later = uint.MaxValue;
        var isMoved = false;
        for (var pass = 0; pass < RefinedSearchScalar.Passes;)
        {
            if ((movers & later) == 0)
            {
                if (!isMoved)
                {
                    break;
                }

                pass++;
                isMoved = false;
                later = uint.MaxValue;
                continue;
            }

            var i = BitOperations.TrailingZeroCount(movers & later);
            row[i] = trials[i];
            codes[i * stride] = trials[i];
            sumXL = trials[LongestRun + i];
            sumL2 = trials[(2 * LongestRun) + i];
            isMoved = true;
            later = uint.MaxValue << 1 << i;
            movers = Test(x, length, half, row, sumXL, sumL2, trials);
        }

        return sumL2 > 0 ? sumXL / sumL2 : 0f;
    }

    // Where each element would go and what the sums would be; the result has a bit for each that moves.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint Test(float* x, int length, int half, float* codes, float sumXL, float sumL2, float* trials)
    {
        var zero = T.Create(0);
        var xl = T.Create(sumXL);
        var l2 = T.Create(sumL2);
        var movers = 0u;
        for (var i = 0; i < length; i += T.Count)
        {
            var value = T.Load(x + i);
            var square = value * value;
            var cube = square * value;
            var code = T.Load(codes + i);
            var otherXL = xl - (cube * code);
            var otherL2 = l2 - (square * code * code);
            var trial = T.Clamp(T.NearestInt(value * otherL2 / otherXL), -half, half - 1);
            var trialXL = otherXL + (cube * trial);
            var trialL2 = otherL2 + (square * trial * trial);
            trial.Store(trials + i);
            trialXL.Store(trials + LongestRun + i);
            trialL2.Store(trials + (2 * LongestRun) + i);

            var isBetter = T.And(T.IsLess(zero, otherXL), T.IsLess(zero, trialL2));
            isBetter = T.And(isBetter, T.IsLess(xl * xl * trialL2, trialXL * trialXL * l2));
            movers |= T.Bits(T.AndNot(isBetter, T.IsEqual(trial, code))) << i;
        }

        return movers;
    }
}
