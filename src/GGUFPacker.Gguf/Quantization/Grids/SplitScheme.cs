using System.Runtime.Intrinsics;

namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>
/// What IQ1_S and IQ1_M have in common: the sorted elements of a sub-block are split into three runs, which stand for -1, 0 and 1, all moved up or
/// down by an eighth; groups of eight are then stored as points of a grid.
/// </summary>
internal static class SplitScheme
{
    /// <summary>The elements of a block.</summary>
    public const int Length = 256;

    /// <summary>The elements of a group.</summary>
    public const int GroupLength = 8;

    /// <summary>What levels are moved by.</summary>
    public const float Shift = 0.125f;

    /// <summary>What the levels stand for when moved up.</summary>
    public static ReadOnlySpan<float> Up => [-1 + Shift, Shift, 1 + Shift];

    /// <summary>What the levels stand for when moved down.</summary>
    public static ReadOnlySpan<float> Down => [-1 - Shift, -Shift, 1 - Shift];

    /// <summary>What the levels stand for.</summary>
    public static ReadOnlySpan<float> Values(bool isDown) => isDown ? Down : Up;

    // For each point its levels as -1, 0 and 1.
    private static readonly Lazy<float[]> Ternary = new(() =>
    {
        var digits = new float[Grid.Iq1.Points.Length * GroupLength];
        for (var i = 0; i < digits.Length; i++)
        {
            digits[i] = Grid.Iq1.Level(Grid.Iq1.Points[i / GroupLength], i % GroupLength) - 1;
        }

        return digits;
    });

    /// <summary>Restores a group: unit * (-1, 0 or 1, moved up or down).</summary>
    public static void Restore(int point, bool isDown, float unit, Span<float> values)
    {
        var digits = Vector256.Create<float>(Ternary.Value.AsSpan(point * GroupLength));
        (Vector256.Create(unit) * (digits + Vector256.Create(isDown ? -Shift : Shift))).CopyTo(values);
    }

    /// <summary>The elements' weights: by importance, else their squares.</summary>
    public static void Weigh(ReadOnlySpan<float> x, ReadOnlySpan<float> importance, Span<float> weights)
    {
        if (importance.IsEmpty)
        {
            for (var i = 0; i < Length; i++)
            {
                weights[i] = x[i] * x[i];
            }

            return;
        }

        var sumX2 = 0f;
        foreach (var value in x)
        {
            sumX2 += value * value;
        }

        var variance = 2 * sumX2 / Length;
        for (var i = 0; i < Length; i++)
        {
            weights[i] = importance[i] * MathF.Sqrt(variance + (x[i] * x[i]));
        }
    }

    /// <summary>The largest magnitude, as the reference finds it when there are NaN.</summary>
    public static float Largest(ReadOnlySpan<float> x)
    {
        var largest = MathF.Abs(x[0]);
        foreach (var value in x[1..])
        {
            var magnitude = MathF.Abs(value);
            largest = largest > magnitude ? largest : magnitude;
        }

        return largest;
    }

    /// <summary>
    /// The elements' indexes in ascending order of their values, equal ones in their own order. With NaN among them the order does not matter.
    /// </summary>
    public static void Sort(ReadOnlySpan<float> x, Span<byte> order)
    {
        for (var i = 0; i < x.Length; i++)
        {
            var at = i;
            for (; at > 0 && x[order[at - 1]] > x[i]; at--)
            {
                order[at] = order[at - 1];
            }

            order[at] = (byte)i;
        }
    }

    /// <summary>The levels of a split, for the elements in their own order; a negative scale turns them around.</summary>
    public static void SetLevels(ReadOnlySpan<byte> order, int first, int second, bool isNegative, Span<byte> levels)
    {
        for (var j = 0; j < order.Length; j++)
        {
            var level = j < first ? 0 : j < second ? 1 : 2;
            levels[order[j]] = (byte)(isNegative ? 2 - level : level);
        }
    }

    /// <summary>The number of the cell of eight levels.</summary>
    public static int Cell(ReadOnlySpan<byte> levels)
    {
        var cell = 0;
        for (var i = GroupLength - 1; i >= 0; i--)
        {
            cell = (cell * 3) + levels[i];
        }

        return cell;
    }

    /// <summary>What follows the search of a sub-block: levels become points, and the scale is solved for anew.</summary>
    /// <param name="x">The sub-block's elements.</param>
    /// <param name="weights">Their weights.</param>
    /// <param name="levels">Their levels.</param>
    /// <param name="scale">The scale found, not negative.</param>
    /// <param name="down">A bit for each group that is moved down.</param>
    /// <param name="points">For each group the number of its point.</param>
    /// <returns>The scale.</returns>
    /// <exception cref="ArithmeticException">No point of the grid is at a finite distance, or there is no scale.</exception>
    public static float Finish(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, ReadOnlySpan<byte> levels, float scale, int down, Span<ushort> points)
    {
        var allOnGrid = true;
        for (var k = 0; k < points.Length; k++)
        {
            var start = k * GroupLength;
            var cell = Grid.Iq1.Cells.Cells[Cell(levels[start..])];
            allOnGrid &= cell.IsPoint;
            var values = Values(((down >> k) & 1) != 0);
            var code = cell.IsPoint
                ? cell.Code
                : NearestPointScalar.Find(
                    Grid.Iq1, cell, x.Slice(start, GroupLength), weights.Slice(start, GroupLength), [scale * values[0], scale * values[1], scale * values[2]]);
            points[k] = (ushort)Grid.Iq1.Cells.PointNumber(code);
        }

        return Conclude(x, weights, scale, allOnGrid, down, points);
    }

    /// <summary>The end of a search: with a group beside the grid the scale is solved for anew.</summary>
    /// <exception cref="ArithmeticException">There is no scale.</exception>
    public static float Conclude(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, float scale, bool allOnGrid, int down, ReadOnlySpan<ushort> points)
    {
        if (!allOnGrid)
        {
            float sumXQ = 0, sumQ2 = 0;
            for (var k = 0; k < points.Length; k++)
            {
                var start = k * GroupLength;
                AddSums(points[k], x.Slice(start, GroupLength), weights.Slice(start, GroupLength), Values(((down >> k) & 1) != 0), 1, ref sumXQ, ref sumQ2);
            }

            scale = sumXQ > 0 && sumQ2 > 0 ? sumXQ / sumQ2 : scale;
        }

        return scale >= 0 ? scale : throw new ArithmeticException("A block has numbers or weights for which no scale can be found.");
    }

    /// <summary>Adds a group to the sums of the weighted least squares.</summary>
    public static void AddSums(
        int point, ReadOnlySpan<float> x, ReadOnlySpan<float> weights, ReadOnlySpan<float> values, int multiple, ref float sumXQ, ref float sumQ2)
    {
        var code = Grid.Iq1.Points[point];
        for (var i = 0; i < GroupLength; i++)
        {
            var q = values[Grid.Iq1.Level(code, i)] * multiple;
            sumXQ += weights[i] * q * x[i];
            sumQ2 += weights[i] * q * q;
        }
    }
}
