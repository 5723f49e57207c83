using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>
/// The trials of <see cref="GridSearchScalar"/>, eight scales at a time: vector lanes are trials. Each lane does the scalar search's operations for its
/// own scale in the scalar search's order, so each result has the same bits.
/// <list type="bullet">
/// <item>Layout: for each group first the cells of all trials (the levels are rounded with vectors), then for each trial the point of its cell, then
/// the group's part of the sums of all trials. Groups follow each other in order, and with them the sums' elements.</item>
/// <item>The last vector of trials is filled up with copies of the last trial, which are not looked at.</item>
/// <item>Levels are rounded as floats, nearest even. With a largest element between <see cref="Least"/> and <see cref="Greatest"/> scaled elements are
/// far inside the range in which this is what <see cref="Arithmetic.NearestInt"/> gives. Else the caller takes the scalar search.</item>
/// <item>Cells are added up as floats, whole numbers below 2^13.</item>
/// <item>Weights may be anything: NaN and infinities meet the same operations and the same comparisons as in the scalar search.</item>
/// </list>
/// </summary>
internal static unsafe class GridSearchVector<TShape>
    where TShape : IGridShape
{
    /// <summary>The least largest element that is searched with vectors.</summary>
    public const float Least = 1e-30f;

    /// <summary>The greatest largest element that is searched with vectors.</summary>
    public const float Greatest = 1e30f;

    private const int MaximalTrials = 32;
    private const int MaximalGroups = 8;

    /// <summary>Tries all scales.</summary>
    /// <param name="scheme">The type's parameters.</param>
    /// <param name="cells">The grid's cells.</param>
    /// <param name="candidates">The cells' candidates.</param>
    /// <param name="x">The elements without their signs.</param>
    /// <param name="roots">The square roots of the weights.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="range">What the targets are divided by.</param>
    /// <param name="scale">The scale to begin with; the best trial's scale.</param>
    /// <param name="beside">What to begin with; a bit for each group that the best trial found beside the grid.</param>
    /// <param name="codes">The best trial's codes; unchanged if no trial did.</param>
    /// <exception cref="ArithmeticException">No point of the grid is at a finite distance.</exception>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Try(
        GridScheme scheme, GridCell* cells, ushort* candidates, float* x, float* roots, float* weights, float range, ref float scale, ref int beside,
        ushort* codes)
    {
        var inverses = stackalloc float[MaximalTrials];
        var scales = stackalloc float[MaximalTrials];
        var sumsXQ = stackalloc float[MaximalTrials];
        var sumsQ2 = stackalloc float[MaximalTrials];
        var trialCells = stackalloc int[MaximalTrials];
        var trialCodes = stackalloc int[MaximalTrials * MaximalGroups];
        var trials = scheme.PaddedTargets.Length;
        fixed (float* targets = scheme.PaddedTargets)
        {
            for (var t = 0; t < trials; t += 8)
            {
                var inverse = Vector256.Load(targets + t) / Vector256.Create(range);
                inverse.Store(inverses + t);
                (Vector256<float>.One / inverse).Store(scales + t);
                Vector256<float>.Zero.Store(sumsXQ + t);
                Vector256<float>.Zero.Store(sumsQ2 + t);
            }
        }

        var groups = scheme.SubBlockLength / TShape.Dimensions;
        for (var k = 0; k < groups; k++)
        {
            var start = k * TShape.Dimensions;
            var groupCodes = trialCodes + (k * MaximalTrials);
            FindCells(x + start, inverses, trials, trialCells);
            for (var t = 0; t < scheme.Targets.Length; t++)
            {
                ref readonly var cell = ref cells[trialCells[t]];
                var code = cell.IsPoint ? cell.Code : TShape.FindNearest(candidates + cell.First, cell.Count, x + start, roots + start, scales[t]);
                if (code < 0)
                {
                    NearestPointScalar.ThrowNoneNear();
                }

                groupCodes[t] = code;
            }

            for (var t = scheme.Targets.Length; t < trials; t++)
            {
                groupCodes[t] = 0;
            }

            AddSums(x + start, weights + start, groupCodes, trials, sumsXQ, sumsQ2);
        }

        var bestTrial = -1;
        var best = 0f;
        for (var t = 0; t < scheme.Targets.Length; t++)
        {
            if (sumsQ2[t] > 0 && sumsXQ[t] * sumsXQ[t] > best * sumsQ2[t])
            {
                scale = sumsXQ[t] / sumsQ2[t];
                best = scale * sumsXQ[t];
                bestTrial = t;
            }
        }

        if (bestTrial < 0)
        {
            return;
        }

        beside = 0;
        for (var k = 0; k < groups; k++)
        {
            codes[k] = (ushort)trialCodes[(k * MaximalTrials) + bestTrial];
            beside |= CellAt(x + (k * TShape.Dimensions), inverses[bestTrial], cells).IsPoint ? 0 : 1 << k;
        }
    }

    /// <summary>Rounds groups once more, to the scale found, and solves for the scale anew.</summary>
    /// <param name="scheme">The type's parameters.</param>
    /// <param name="cells">The grid's cells.</param>
    /// <param name="candidates">The cells' candidates.</param>
    /// <param name="x">The elements without their signs.</param>
    /// <param name="roots">The square roots of the weights.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="scale">The scale found, above 0.</param>
    /// <param name="mask">A bit for each group to round.</param>
    /// <param name="codes">The groups' codes.</param>
    /// <returns>The scale.</returns>
    /// <exception cref="ArithmeticException">No point of the grid is at a finite distance.</exception>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Refine(
        GridScheme scheme, GridCell* cells, ushort* candidates, float* x, float* roots, float* weights, float scale, int mask, ushort* codes)
    {
        var groups = scheme.SubBlockLength / TShape.Dimensions;
        var inverse = 1 / scale;
        for (var k = 0; k < groups; k++)
        {
            if ((mask & (1 << k)) == 0)
            {
                continue;
            }

            var start = k * TShape.Dimensions;
            ref readonly var cell = ref CellAt(x + start, inverse, cells);
            var code = cell.IsPoint ? cell.Code : TShape.FindNearest(candidates + cell.First, cell.Count, x + start, roots + start, scale);
            if (code < 0)
            {
                NearestPointScalar.ThrowNoneNear();
            }

            codes[k] = (ushort)code;
        }

        float sumXQ = 0, sumQ2 = 0;
        for (var i = 0; i < scheme.SubBlockLength; i++)
        {
            var level = (codes[i / TShape.Dimensions] >> (i % TShape.Dimensions * TShape.Bits)) & ((1 << TShape.Bits) - 1);
            float q = (2 * level) + 1;
            sumXQ += weights[i] * x[i] * q;
            sumQ2 += weights[i] * q * q;
        }

        return sumQ2 > 0 ? sumXQ / sumQ2 : scale;
    }

    // The cell that a group is rounded to.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref readonly GridCell CellAt(float* x, float inverse, GridCell* cells)
    {
        var cell = 0;
        for (var i = TShape.Dimensions - 1; i >= 0; i--)
        {
            cell = (cell * TShape.Levels) + Math.Clamp(Arithmetic.NearestInt(0.5f * ((inverse * x[i]) - 1)), 0, TShape.Levels - 1);
        }

        return ref cells[cell];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FindCells(float* x, float* inverses, int trials, int* cells)
    {
        var half = Vector256.Create(0.5f);
        var highest = Vector256.Create((float)(TShape.Levels - 1));
        var levels = Vector256.Create((float)TShape.Levels);
        for (var t = 0; t < trials; t += 8)
        {
            var inverse = Vector256.Load(inverses + t);
            var cell = Vector256<float>.Zero;
            for (var i = TShape.Dimensions - 1; i >= 0; i--)
            {
                var level = Vector256.Round(half * ((inverse * Vector256.Create(x[i])) - Vector256<float>.One));
                level = Vector256.MaxNative(Vector256<float>.Zero, Vector256.MinNative(highest, level));
                cell = (cell * levels) + level;
            }

            Vector256.ConvertToInt32Native(cell).Store(cells + t);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddSums(float* x, float* weights, int* codes, int trials, float* sumsXQ, float* sumsQ2)
    {
        for (var t = 0; t < trials; t += 8)
        {
            var trialCodes = Vector256.Load(codes + t);
            var sumXQ = Vector256.Load(sumsXQ + t);
            var sumQ2 = Vector256.Load(sumsQ2 + t);
            for (var i = 0; i < TShape.Dimensions; i++)
            {
                var q = TShape.Values(trialCodes, i);
                sumXQ += Vector256.Create(weights[i] * x[i]) * q;
                sumQ2 += Vector256.Create(weights[i]) * q * q;
            }

            sumXQ.Store(sumsXQ + t);
            sumQ2.Store(sumsQ2 + t);
        }
    }
}
