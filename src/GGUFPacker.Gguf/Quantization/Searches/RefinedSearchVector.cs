using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.Searches;

/// <summary>
/// <see cref="RefinedSearchScalar"/> for as many runs at once as there are lanes. Each lane does the scalar search's operations on its own
/// run in the scalar search's order, so each result has the same bits.
/// <list type="bullet">
/// <item>Layout: vector i holds element i of every run (<see cref="Transposition"/>). Squares, cubes and codes are kept the same way.</item>
/// <item>Where the scalar search leaves an element alone, a lane computes on and keeps its code and sums. A pass that moves nothing in a lane leaves all as it was,
/// so that further passes, which other lanes need, move nothing either.</item>
/// <item>Refined codes are rounded by <see cref="ILanes{T}.NearestInt"/>, which is exact for every quotient; a first code of -0 changes no sum.</item>
/// <item>A lane that counts as zero has inverse scale 0: its codes and sums are 0, and nothing moves. With infinities or NaN the caller takes the scalar search.</item>
/// </list>
/// </summary>
internal static unsafe class RefinedSearchVector<T>
    where T : unmanaged, ILanes<T>
{
    /// <summary>Searches as many runs as there are lanes.</summary>
    /// <param name="x">The runs' elements, in lanes.</param>
    /// <param name="length">The length of a run.</param>
    /// <param name="half">Minus the lowest code.</param>
    /// <param name="scratch">Room for twice as many numbers.</param>
    /// <param name="codes">The codes, in lanes, from -half to half - 1.</param>
    /// <param name="scales">One scale for each lane.</param>
    /// <param name="isZero">For each lane not 0 if the run counts as zero.</param>
    /// <returns>False if an element is not finite.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TrySearch(float* x, int length, int half, float* scratch, float* codes, float* scales, float* isZero)
    {
        var end = (nint)length * T.Count;
        var squares = scratch;
        var cubes = scratch + end;
        var zero = T.Create(0);
        if (!TryBound(x, end, out var largest, out var extreme))
        {
            return false;
        }

        var isNothing = T.IsLess(largest, T.Create(SymmetricSearchScalar.Epsilon));
        T.And(isNothing, T.Create(1)).Store(isZero);
        var inverse = T.Select(isNothing, zero, T.Create(-half) / extreme);
        T sumXL = zero, sumL2 = zero;
        for (nint i = 0; i < end; i += T.Count)
        {
            var value = T.Load(x + i);
            var code = T.Clamp(T.Round(inverse * value), -half, half - 1);
            var square = value * value;
            var cube = square * value;
            code.Store(codes + i);
            square.Store(squares + i);
            cube.Store(cubes + i);
            sumXL += cube * code;
            sumL2 += square * code * code;
        }

        for (var pass = 0; pass < RefinedSearchScalar.Passes && TryMove(x, squares, cubes, codes, end, half, ref sumXL, ref sumL2); pass++)
        {
        }

        T.Select(T.IsLess(zero, sumL2), sumXL / sumL2, zero).Store(scales);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryBound(float* x, nint end, out T largest, out T extreme)
    {
        var infinity = T.Create(float.PositiveInfinity);
        largest = extreme = T.Create(0);
        var isFinite = T.IsLess(largest, infinity);
        for (nint i = 0; i < end; i += T.Count)
        {
            var value = T.Load(x + i);
            var magnitude = T.Abs(value);
            var isLarger = T.IsLess(largest, magnitude);
            largest = T.Select(isLarger, magnitude, largest);
            extreme = T.Select(isLarger, value, extreme);
            isFinite = T.And(isFinite, T.IsLess(magnitude, infinity));
        }

        return T.AllSet(isFinite);
    }

    // One pass over the elements. True if a code has moved in any lane.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryMove(float* x, float* squares, float* cubes, float* codes, nint end, int half, ref T sumXL, ref T sumL2)
    {
        var zero = T.Create(0);
        T xl = sumXL, l2 = sumL2;
        var moved = 0u;
        for (nint i = 0; i < end; i += T.Count)
        {
            var square = T.Load(squares + i);
            var cube = T.Load(cubes + i);
            var code = T.Load(codes + i);
            var otherXL = xl - (cube * code);
            var otherL2 = l2 - (square * code * code);
            var trial = T.Clamp(T.NearestInt(T.Load(x + i) * otherL2 / otherXL), -half, half - 1);
            var trialXL = otherXL + (cube * trial);
            var trialL2 = otherL2 + (square * trial * trial);

            var isBetter = T.And(T.IsLess(zero, otherXL), T.IsLess(zero, trialL2));
            isBetter = T.And(isBetter, T.IsLess(xl * xl * trialL2, trialXL * trialXL * l2));
            isBetter = T.AndNot(isBetter, T.IsEqual(trial, code));
            T.Select(isBetter, trial, code).Store(codes + i);
            xl = T.Select(isBetter, trialXL, xl);
            l2 = T.Select(isBetter, trialL2, l2);
            moved |= T.Bits(isBetter);
        }

        (sumXL, sumL2) = (xl, l2);
        return moved != 0;
    }
}
