using GGUFPacker.Gguf.Quantization.Searches;

namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>
/// Finds scale and points of a sub-block of the IQ2 and IQ3 types. Signs are split off first. For each of a row of scales all groups are rounded to levels;
/// a group whose levels are no point of the grid goes to the candidate nearest to it at that scale; the weighted least squares solved for the scale say
/// how good the trial is. With the best trial's scale the groups beside the grid are looked up once more.
/// All sums run from left to right; every operation is rounded to float32 on its own.
/// </summary>
internal static class GridSearchScalar
{
    private const int MaximalLength = 32;

    /// <summary>Searches one sub-block.</summary>
    /// <param name="scheme">The type's parameters.</param>
    /// <param name="x">The elements.</param>
    /// <param name="weights">Their weights.</param>
    /// <param name="points">For each group the number of its point.</param>
    /// <param name="signs">For each eight elements their signs.</param>
    /// <param name="scale">The scale.</param>
    /// <returns>False if the sub-block counts as zero: then scale, points and signs are 0.</returns>
    /// <exception cref="ArithmeticException">No point of the grid is at a finite distance.</exception>
    public static bool TrySearch(
        GridScheme scheme, ReadOnlySpan<float> x, ReadOnlySpan<float> weights, Span<ushort> points, Span<byte> signs, out float scale)
    {
        var grid = scheme.Grid;
        Span<float> magnitudes = stackalloc float[MaximalLength];
        Span<float> roots = stackalloc float[MaximalLength];
        magnitudes = magnitudes[..x.Length];
        for (var i = 0; i < x.Length; i++)
        {
            roots[i] = MathF.Sqrt(weights[i]);
        }

        GridSigns.Split(x, weights, scheme.HasEvenSigns, magnitudes, signs);
        scale = Start(scheme, magnitudes, weights, out var range);
        if (range == 0)
        {
            points.Clear();
            signs.Clear();
            scale = 0;
            return false;
        }

        var groups = x.Length / grid.Dimensions;
        Span<ushort> codes = stackalloc ushort[MaximalLength / 4];
        Span<ushort> trial = stackalloc ushort[MaximalLength / 4];
        codes = codes[..groups];
        trial = trial[..groups];
        codes.Clear();
        var beside = scheme.StartsBesideGrid ? (1 << groups) - 1 : 0;
        var best = 0f;
        foreach (var target in scheme.Targets)
        {
            var inverse = target / range;
            var trialBeside = RoundGroups(grid, magnitudes, roots, inverse, 1 / inverse, (1 << groups) - 1, trial);
            Sums(grid, magnitudes, weights, trial, out var sumXQ, out var sumQ2);
            if (sumQ2 > 0 && sumXQ * sumXQ > best * sumQ2)
            {
                scale = sumXQ / sumQ2;
                best = scale * sumXQ;
                trial.CopyTo(codes);
                beside = trialBeside;
            }
        }

        if (scale > 0 && (beside != 0 || scheme.FitsFirst))
        {
            RoundGroups(grid, magnitudes, roots, 1 / scale, scale, scheme.RefinesAll ? (1 << groups) - 1 : beside, codes);
            Sums(grid, magnitudes, weights, codes, out var sumXQ, out var sumQ2);
            scale = sumQ2 > 0 ? sumXQ / sumQ2 : scale;
        }

        scale = Conclude(scheme, scale, codes, points, signs);
        return true;
    }

    /// <summary>The scale to begin with and the largest element that the trials scale; 0 if the sub-block counts as zero.</summary>
    public static float Start(GridScheme scheme, ReadOnlySpan<float> magnitudes, ReadOnlySpan<float> weights, out float range)
    {
        range = magnitudes[0];
        foreach (var magnitude in magnitudes[1..])
        {
            range = range > magnitude ? range : magnitude;
        }

        if (IsZero(scheme, range))
        {
            range = 0;
            return 0;
        }

        if (!scheme.FitsFirst)
        {
            return range / scheme.Highest;
        }

        Span<byte> codes = stackalloc byte[MaximalLength];
        var scale = PositiveSearchScalar.Search(magnitudes, weights, scheme.Grid.Levels + 1, codes);
        range = RangeOfFit(scheme, scale);
        return scale;
    }

    /// <summary>Whether a sub-block with this largest element counts as zero.</summary>
    public static bool IsZero(GridScheme scheme, float largest) => largest < scheme.Epsilon || largest == 0;

    /// <summary>What the trials scale after a fit without grid; 0 if the sub-block counts as zero.</summary>
    public static float RangeOfFit(GridScheme scheme, float scale)
    {
        var range = scale * scheme.Grid.Levels;
        return range <= 0 ? 0 : range;
    }

    /// <summary>The end of a search: the scale is made positive, codes become numbers.</summary>
    /// <param name="scheme">The type's parameters.</param>
    /// <param name="scale">The scale.</param>
    /// <param name="codes">The groups' codes.</param>
    /// <param name="points">For each group the number of its point.</param>
    /// <param name="signs">For each eight elements their signs.</param>
    /// <returns>The scale.</returns>
    /// <exception cref="ArithmeticException">There is no scale.</exception>
    public static float Conclude(GridScheme scheme, float scale, ReadOnlySpan<ushort> codes, Span<ushort> points, Span<byte> signs)
    {
        if (scale < 0)
        {
            scale = -scale;
            foreach (ref var sign in signs)
            {
                sign = (byte)(scheme.HasEvenSigns ? ~sign & 0x7F : ~sign);
            }
        }

        if (!(scale >= 0))
        {
            throw new ArithmeticException("A block has numbers or weights for which no scale can be found.");
        }

        for (var k = 0; k < codes.Length; k++)
        {
            points[k] = (ushort)scheme.Grid.Cells.PointNumber(codes[k]);
        }

        return scale;
    }

    // Rounds the groups of a mask; the result is the mask of those that were beside the grid.
    private static int RoundGroups(
        Grid grid, ReadOnlySpan<float> magnitudes, ReadOnlySpan<float> roots, float inverse, float scale, int groups, Span<ushort> codes)
    {
        var beside = 0;
        for (var k = 0; k < codes.Length; k++)
        {
            if ((groups & (1 << k)) == 0)
            {
                continue;
            }

            var group = magnitudes.Slice(k * grid.Dimensions, grid.Dimensions);
            var cell = grid.Cells.Cells[RoundToCell(grid, group, inverse)];
            if (cell.IsPoint)
            {
                codes[k] = cell.Code;
                continue;
            }

            codes[k] = NearestPointScalar.Find(grid, cell, group, roots.Slice(k * grid.Dimensions, grid.Dimensions), scale);
            beside |= 1 << k;
        }

        return beside;
    }

    private static int RoundToCell(Grid grid, ReadOnlySpan<float> group, float inverse)
    {
        var cell = 0;
        for (var i = group.Length - 1; i >= 0; i--)
        {
            var level = Arithmetic.NearestInt(0.5f * ((inverse * group[i]) - 1));
            cell = (cell * grid.Levels) + Math.Clamp(level, 0, grid.Levels - 1);
        }

        return cell;
    }

    private static void Sums(
        Grid grid, ReadOnlySpan<float> magnitudes, ReadOnlySpan<float> weights, ReadOnlySpan<ushort> codes, out float sumXQ, out float sumQ2)
    {
        sumXQ = 0;
        sumQ2 = 0;
        for (var i = 0; i < magnitudes.Length; i++)
        {
            float q = (2 * grid.Level(codes[i / grid.Dimensions], i % grid.Dimensions)) + 1;
            sumXQ += weights[i] * magnitudes[i] * q;
            sumQ2 += weights[i] * q * q;
        }
    }
}
