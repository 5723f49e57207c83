using System.Numerics;
using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.Searches;

/// <summary>
/// <see cref="RefinedSearchScalar"/> for as many runs at once as <typeparamref name="T"/> has lanes. Each lane does the scalar search's operations on its own
/// run in the scalar search's order, so each result has the same bits.
/// <list type="bullet">
/// <item>Layout: vector i holds element i of every run (<see cref="Transposition"/>). Squares, cubes and codes are kept the same way.</item>
/// <item>Most runs of ordinary weights are settled by their first codes: nothing moves. As long as nothing moves the sums stay what they are, so that all
/// elements can be tested against the first sums, in any order. The others go to <see cref="RefinedRun{T}"/>, one by one.</item>
/// <item>The test divides nothing: with t = x * otherL2, the refined code is the same as the old if t, cut to the lowest and highest code times otherXL, is
/// within 0.499 otherXL of the old code times otherXL. All operations of the test together are off by less than the thousandth that is missing to one half, and
/// by less than 1e-40, which a floor of 1e-36 covers. Nothing moves where otherXL is not above zero, which is so in the half of the runs whose extreme is
/// positive. Whatever passes neither test is not settled.</item>
/// <item>A first code of -0 changes no sum. A lane that counts as zero has inverse scale 0: its codes and sums are 0, and it is not looked at again.
/// With infinities or NaN the caller takes the scalar search.</item>
/// </list>
/// </summary>
internal static unsafe class RefinedSearchVector<T, TRow>
    where T : unmanaged, ILanes<T>
    where TRow : unmanaged, ILanes<TRow>
{
    private const float Near = 0.499f;
    private const float Floor = 1e-36f;

    /// <summary>The floats of scratch memory that runs need.</summary>
    public static int ScratchFloats(int length) => ((3 * length) + 2) * T.Count;

    /// <summary>Searches as many runs as there are lanes.</summary>
    /// <param name="source">The runs, one after the other.</param>
    /// <param name="length">The length of a run.</param>
    /// <param name="half">Minus the lowest code.</param>
    /// <param name="scratch">Room for <see cref="ScratchFloats"/>.</param>
    /// <param name="codes">The codes, in lanes, from -half to half - 1.</param>
    /// <param name="scales">One scale for each run.</param>
    /// <param name="zeros">A bit for each run that counts as zero.</param>
    /// <returns>False if an element is not finite.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TrySearch(float* source, int length, int half, float* scratch, float* codes, float* scales, out uint zeros)
    {
        var x = scratch;
        var squares = x + (length * T.Count);
        var cubes = squares + (length * T.Count);
        var sums = cubes + (length * T.Count);
        Transposition.ToLanes(source, T.Count, length, x);
        if (!TryBegin(x, length, half, squares, cubes, codes, out var sumXL, out var sumL2, out zeros))
        {
            return false;
        }

        T.Select(T.IsLess(T.Create(0), sumL2), sumXL / sumL2, T.Create(0)).Store(scales);
        var unsettled = Unsettled(x, squares, cubes, codes, (nint)length * T.Count, half, sumXL, sumL2) & ~zeros;
        if (unsettled != 0)
        {
            sumXL.Store(sums);
            sumL2.Store(sums + T.Count);
            for (; unsettled != 0; unsettled &= unsettled - 1)
            {
                var run = BitOperations.TrailingZeroCount(unsettled);
                scales[run] = RefinedRun<TRow>.Refine(source + (run * length), length, half, codes + run, T.Count, sums[run], sums[T.Count + run]);
            }
        }

        return true;
    }

    // The first codes and sums.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryBegin(float* x, int length, int half, float* squares, float* cubes, float* codes, out T sumXL, out T sumL2, out uint zeros)
    {
        var zero = T.Create(0);
        var infinity = T.Create(float.PositiveInfinity);
        T largest = zero, extreme = zero;
        var isFinite = T.IsLess(zero, infinity);
        for (nint i = 0; i < (nint)length * T.Count; i += T.Count)
        {
            var value = T.Load(x + i);
            var magnitude = T.Abs(value);
            var isLarger = T.IsLess(largest, magnitude);
            largest = T.Select(isLarger, magnitude, largest);
            extreme = T.Select(isLarger, value, extreme);
            isFinite = T.And(isFinite, T.IsLess(magnitude, infinity));
        }

        var isZero = T.IsLess(largest, T.Create(SymmetricSearchScalar.Epsilon));
        zeros = T.Bits(isZero);
        var inverse = T.Select(isZero, zero, T.Create(-half) / extreme);
        T xl = zero, l2 = zero;
        for (nint i = 0; i < (nint)length * T.Count; i += T.Count)
        {
            var value = T.Load(x + i);
            var code = T.Clamp(T.Round(inverse * value), -half, half - 1);
            var square = value * value;
            var cube = square * value;
            code.Store(codes + i);
            square.Store(squares + i);
            cube.Store(cubes + i);
            xl += cube * code;
            l2 += square * code * code;
        }

        (sumXL, sumL2) = (xl, l2);
        return T.AllSet(isFinite);
    }

    // A bit for each run in which a code may move.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint Unsettled(float* x, float* squares, float* cubes, float* codes, nint end, int half, T sumXL, T sumL2)
    {
        var near = T.Create(Near);
        var floor = T.Create(Floor);
        var lowest = T.Create(-half);
        var highest = T.Create(half - 1);
        var zero = T.Create(0);
        var mayMove = zero;
        for (nint i = 0; i < end; i += T.Count)
        {
            var code = T.Load(codes + i);
            var otherXL = sumXL - (T.Load(cubes + i) * code);
            var otherL2 = sumL2 - (T.Load(squares + i) * code * code);
            var target = T.Load(x + i) * otherL2;
            target = T.Max(lowest * otherXL, T.Min(highest * otherXL, target));
            var isSame = T.IsLess(T.Abs(target - (code * otherXL)), (near * otherXL) - floor);
            mayMove = T.Or(mayMove, T.AndNot(T.IsLess(zero, otherXL), isSame));
        }

        return T.Bits(mayMove);
    }
}
