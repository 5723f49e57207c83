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

    /// <summary>The elements' indexes in ascending order of their values, equal ones in their own order. With NaN among them the order does not matter.</summary>
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

    /// <summary>The cell of eight levels.</summary>
    public static GridCell Cell(ReadOnlySpan<byte> levels)
    {
        var cell = 0;
        for (var i = GroupLength - 1; i >= 0; i--)
        {
            cell = (cell * 3) + levels[i];
        }

        return Grid.Iq1.Cells.Cells[cell];
    }

    /// <summary>The point for eight levels: themselves, or the nearest candidate at this scale.</summary>
    /// <exception cref="ArithmeticException">No candidate is at a finite distance.</exception>
    public static ushort FindPoint(GridCell cell, ReadOnlySpan<float> x, ReadOnlySpan<float> weights, float scale, ReadOnlySpan<float> values)
    {
        var code = cell.IsPoint
            ? cell.Code
            : NearestPointScalar.Find(Grid.Iq1, cell, x, weights, [scale * values[0], scale * values[1], scale * values[2]]);
        return (ushort)Grid.Iq1.Cells.PointNumber(code);
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
