using System.Diagnostics.CodeAnalysis;

namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>Chooses among a cell's candidates the one at the least weighted distance; of equal ones the first.</summary>
internal static class NearestPointScalar
{
    /// <summary>For the IQ2 and IQ3 types: level l stands for scale * (2 * l + 1).</summary>
    /// <exception cref="ArithmeticException">No candidate is at a finite distance.</exception>
    public static ushort Find(Grid grid, GridCell cell, ReadOnlySpan<float> x, ReadOnlySpan<float> weights, float scale)
    {
        Span<float> values = stackalloc float[8];
        for (var level = 0; level < grid.Levels; level++)
        {
            values[level] = scale * ((2 * level) + 1);
        }

        return Find(grid, cell, x, weights, values);
    }

    /// <summary>With the value that each level stands for.</summary>
    /// <exception cref="ArithmeticException">No candidate is at a finite distance.</exception>
    public static ushort Find(Grid grid, GridCell cell, ReadOnlySpan<float> x, ReadOnlySpan<float> weights, ReadOnlySpan<float> values)
    {
        var least = float.MaxValue;
        var best = -1;
        foreach (var candidate in grid.Cells.Candidates.Slice(cell.First, cell.Count))
        {
            var distance = 0f;
            for (var i = 0; i < x.Length; i++)
            {
                var difference = values[grid.Level(candidate, i)] - x[i];
                distance += weights[i] * difference * difference;
            }

            if (distance < least)
            {
                least = distance;
                best = candidate;
            }
        }

        if (best < 0)
        {
            ThrowNoneNear();
        }

        return (ushort)best;
    }

    /// <summary>Refuses numbers that are at no finite distance from the grid; ggml aborts.</summary>
    [DoesNotReturn]
    public static void ThrowNoneNear() => throw new ArithmeticException("A block has numbers or weights so large that no point of the grid is near.");
}
