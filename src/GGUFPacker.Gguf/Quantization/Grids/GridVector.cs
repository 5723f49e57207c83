using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GGUFPacker.Gguf.Quantization.Lanes;
using GGUFPacker.Gguf.Quantization.Searches;

namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>
/// <see cref="GridScalar"/> with vectors: weights, signs and the trials of a sub-block. A block that is not finite, or whose squares are not, and a
/// sub-block of very small or large numbers go through the scalar code. A magnitude of -0, which the scalar code keeps, is +0 here: what is computed
/// from it differs in the sign of a zero only, and no sum that starts from +0 and no comparison sees that.
/// </summary>
internal static unsafe class GridVector<TShape>
    where TShape : IGridShape
{
    private const int Length = GridScheme.Length;

    /// <summary>Finds what a block is stored as.</summary>
    /// <param name="scheme">The type's parameters.</param>
    /// <param name="x">The elements.</param>
    /// <param name="importance">Their importance, or empty.</param>
    /// <param name="block">What will be packed.</param>
    /// <exception cref="ArithmeticException">The numbers or weights are too large for the type.</exception>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quantize(GridScheme scheme, ReadOnlySpan<float> x, ReadOnlySpan<float> importance, ref GridBlock block)
    {
        var weights = stackalloc float[Length];
        var roots = stackalloc float[Length];
        var magnitudes = stackalloc float[Length];
        var scales = stackalloc float[16];
        var fits = stackalloc float[8];
        var codes = stackalloc ushort[8];
        var cells = scheme.Grid.Cells;
        fixed (float* source = x, matrix = importance)
        fixed (GridCell* gridCells = cells.Cells)
        fixed (ushort* candidates = cells.Candidates)
        {
            if (!TryWeigh(scheme, source, matrix, weights, roots))
            {
                GridScalar.Quantize(scheme, x, importance, ref block);
                return;
            }

            SplitSigns(source, weights, scheme.HasEvenSigns, magnitudes, block.Signs);
            block.Skipped = 0;
            var isFitted = scheme.FitsFirst ? Fit(scheme, magnitudes, weights, fits) : 0;
            var groups = scheme.SubBlockLength / TShape.Dimensions;
            for (var j = 0; j < scheme.SubBlocks; j++)
            {
                var start = j * scheme.SubBlockLength;
                var points = block.Points.Slice(j * groups, groups);
                var signs = block.Signs.Slice(start / 8, scheme.SubBlockLength / 8);
                var subMagnitudes = new ReadOnlySpan<float>(magnitudes + start, scheme.SubBlockLength);
                var subWeights = new ReadOnlySpan<float>(weights + start, scheme.SubBlockLength);
                var range = Largest(magnitudes + start, scheme.SubBlockLength);
                var scale = range / scheme.Highest;
                if ((isFitted & (1u << j)) != 0 && !GridSearchScalar.IsZero(scheme, range))
                {
                    scale = fits[j];
                    range = GridSearchScalar.RangeOfFit(scheme, scale);
                }
                else if (scheme.FitsFirst || GridSearchScalar.IsZero(scheme, range))
                {
                    scale = GridSearchScalar.Start(scheme, subMagnitudes, subWeights, out range);
                }

                if (!(range is >= GridSearchVector<TShape>.Least and <= GridSearchVector<TShape>.Greatest))
                {
                    var isSearched = GridSearchScalar.TrySearch(scheme, x.Slice(start, scheme.SubBlockLength), subWeights, points, signs, out scales[j]);
                    block.Skipped |= isSearched ? 0 : 1 << j;
                    continue;
                }

                var beside = scheme.StartsBesideGrid ? (1 << groups) - 1 : 0;
                new Span<ushort>(codes, groups).Clear();
                GridSearchVector<TShape>.Try(
                    scheme, gridCells, candidates, magnitudes + start, roots + start, weights + start, range, ref scale, ref beside, codes);
                if (scale > 0 && (beside != 0 || scheme.FitsFirst))
                {
                    scale = GridSearchVector<TShape>.Refine(
                        scheme,
                        gridCells,
                        candidates,
                        magnitudes + start,
                        roots + start,
                        weights + start,
                        scale,
                        scheme.RefinesAll ? (1 << groups) - 1 : beside,
                        codes);
                }

                scales[j] = GridSearchScalar.Conclude(scheme, scale, new ReadOnlySpan<ushort>(codes, groups), points, signs);
            }
        }

        GridScalar.StoreScales(scheme, new ReadOnlySpan<float>(scales, scheme.SubBlocks), ref block);
    }

    // The fits of eight sub-blocks of 32 without grid, one in each lane; the result is a bit for each that counts.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint Fit(GridScheme scheme, float* magnitudes, float* weights, float* fits)
    {
        var lanes = stackalloc float[3 * Length];
        Transposition.ToLanes(magnitudes, Lanes8.Count, scheme.SubBlockLength, lanes);
        Transposition.ToLanes(weights, Lanes8.Count, scheme.SubBlockLength, lanes + Length);
        return PositiveSearchVector<Lanes8>.Search(lanes, lanes + Length, scheme.SubBlockLength, TShape.Levels + 1, lanes + (2 * Length), fits);
    }

    // The largest of finite elements.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Largest(float* magnitudes, int length)
    {
        var largest = Lanes8.Load(magnitudes);
        for (var i = Lanes8.Count; i < length; i += Lanes8.Count)
        {
            largest = Lanes8.Max(largest, Lanes8.Load(magnitudes + i));
        }

        return Lanes8.MaxAcross(largest);
    }

    // False if the block has numbers that are not finite, or whose squares are not.
    private static bool TryWeigh(GridScheme scheme, float* x, float* importance, float* weights, float* roots)
    {
        var sumX2 = 0f;
        for (var i = 0; i < Length; i++)
        {
            sumX2 += x[i] * x[i];
        }

        if (!float.IsFinite(sumX2))
        {
            return false;
        }

        var variance = scheme.VarianceFactor * sumX2 / Length;
        var addend = Vector256.Create(importance != null ? variance : GridScalar.VariancePart(scheme, variance));
        for (var i = 0; i < Length; i += 8)
        {
            var value = Vector256.Load(x + i);
            var weight = addend + (value * value);
            weight = importance != null ? Vector256.Load(importance + i) * Vector256.Sqrt(weight) : weight;
            weight.Store(weights + i);
            Vector256.Sqrt(weight).Store(roots + i);
        }

        return true;
    }

    private static void SplitSigns(float* x, float* weights, bool even, float* magnitudes, Span<byte> signs)
    {
        for (var k = 0; k < Length / 8; k++)
        {
            var value = Vector256.Load(x + (8 * k));
            Vector256.Abs(value).Store(magnitudes + (8 * k));
            var bits = (int)Vector256.ExtractMostSignificantBits(Vector256.LessThan(value, Vector256<float>.Zero));
            if (even)
            {
                bits = GridSigns.MakeEven(new(x + (8 * k), 8), new(weights + (8 * k), 8), new(magnitudes + (8 * k), 8), bits) & 0x7F;
            }

            signs[k] = (byte)bits;
        }
    }
}
