using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>
/// <see cref="SymmetricSearchScalar"/> for as many sub-blocks at once as there are lanes. Each lane does the scalar search's operations on its own
/// sub-block in the scalar search's order, so each result has the same bits.
/// <list type="bullet">
/// <item>Layout: the sub-blocks are transposed first; vector i holds element i of every sub-block. Squares and cubes are kept the same way.</item>
/// <item>A lane that counts as zero, where the scalar search returns at once, runs on with inverse scale 0: all codes and sums are 0.</item>
/// <item>Codes are rounded as floats, nearest even. The scaled elements of finite sub-blocks are below 33 in magnitude, far inside the range in
/// which this is what <see cref="Arithmetic.NearestInt"/> gives; a code of -0 changes no sum. With infinities or NaN the caller takes the scalar search.</item>
/// <item>The codes of the best step are not kept but can be had again from its inverse scale.</item>
/// </list>
/// </summary>
internal static unsafe class SymmetricSearchVector<T>
    where T : unmanaged, ILanes<T>
{
    private const int Length = SymmetricSearchScalar.Length;
    private const int Half = SymmetricSearchScalar.Half;

    /// <summary>The scratch memory a search needs.</summary>
    public static int ScratchFloats => 3 * Length * T.Count;

    /// <summary>Searches as many sub-blocks as there are lanes.</summary>
    /// <param name="source">The sub-blocks, one after another.</param>
    /// <param name="scratch">Room for <see cref="ScratchFloats"/>; aligned to a cache line it is faster.</param>
    /// <param name="scales">One scale for each lane.</param>
    /// <param name="inverses">One inverse scale for each lane: the codes are x * inverse, rounded and cut to -32 to 31. Not 0, unless the sub-block counts as zero.</param>
    /// <returns>False if an element is not finite.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TrySearch(float* source, float* scratch, float* scales, float* inverses)
    {
        var x = scratch;
        var squares = x + (Length * T.Count);
        var cubes = squares + (Length * T.Count);
        Transposition.ToLanes(source, T.Count, Length, x);

        var zero = T.Create(0);
        var infinity = T.Create(float.PositiveInfinity);
        var isFinite = T.IsLess(zero, infinity);
        T largest = zero, extreme = zero;
        for (nint i = 0; i < Length * T.Count; i += T.Count)
        {
            var value = T.Load(x + i);
            var magnitude = T.Abs(value);
            var isLarger = T.IsLess(largest, magnitude);
            largest = T.Select(isLarger, magnitude, largest);
            extreme = T.Select(isLarger, value, extreme);
            isFinite = T.And(isFinite, T.IsLess(magnitude, infinity));
            var square = value * value;
            square.Store(squares + i);
            (square * value).Store(cubes + i);
        }

        if (!T.AllSet(isFinite))
        {
            return false;
        }

        var isZero = T.IsLess(largest, T.Create(SymmetricSearchScalar.Epsilon));
        var bestInverse = T.Select(isZero, zero, T.Create(-Half) / extreme);
        Sums(x, squares, cubes, bestInverse, out var sumXL, out var sumL2);
        var scale = T.Select(T.IsEqual(sumL2, zero), zero, sumXL / sumL2);
        var best = scale * sumXL;
        for (var step = -9; step <= 9; step++)
        {
            if (step == 0)
            {
                continue;
            }

            var inverse = T.Select(isZero, zero, T.Create(-(Half + (0.1f * step))) / extreme);
            Sums(x, squares, cubes, inverse, out sumXL, out sumL2);
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
    private static void Sums(float* x, float* squares, float* cubes, T inverse, out T sumXL, out T sumL2)
    {
        var lowest = T.Create(-Half);
        var highest = T.Create(Half - 1);
        T xl = T.Create(0), l2 = T.Create(0);
        for (nint i = 0; i < Length * T.Count; i += T.Count)
        {
            var code = T.Max(lowest, T.Min(highest, T.Round(inverse * T.Load(x + i))));
            xl += code * T.Load(cubes + i);
            l2 += code * T.Load(squares + i) * code;
        }

        sumXL = xl;
        sumL2 = l2;
    }
}
