namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>
/// A grid of the IQ types: the chosen points among all that <see cref="Dimensions"/> levels can form. Groups of that many elements are stored as the
/// number of a point.
/// </summary>
internal sealed class Grid
{
    private readonly ushort[] _points;
    private readonly Lazy<GridCells> _cells;

    private Grid(ReadOnlySpan<ushort> points, int dimensions, int distances)
    {
        Dimensions = dimensions;
        _points = points.ToArray();
        _cells = new(() => new(this, distances));
    }

    /// <summary>The grid of IQ2_XXS.</summary>
    public static Grid Iq2Xxs { get; } = new(GridPoints.Iq2Xxs, dimensions: 8, distances: 2);

    /// <summary>The grid of IQ2_XS.</summary>
    public static Grid Iq2Xs { get; } = new(GridPoints.Iq2Xs, dimensions: 8, distances: 2);

    /// <summary>The grid of IQ2_S.</summary>
    public static Grid Iq2S { get; } = new(GridPoints.Iq2S, dimensions: 8, distances: 1);

    /// <summary>The grid of IQ1_S and IQ1_M.</summary>
    public static Grid Iq1 { get; } = new(GridPoints.Iq1, dimensions: 8, distances: 3);

    /// <summary>The grid of IQ3_XXS.</summary>
    public static Grid Iq3Xxs { get; } = new(GridPoints.Iq3Xxs, dimensions: 4, distances: 2);

    /// <summary>The grid of IQ3_S.</summary>
    public static Grid Iq3S { get; } = new(GridPoints.Iq3S, dimensions: 4, distances: 3);

    /// <summary>The elements of a group: 8 or 4.</summary>
    public int Dimensions { get; }

    /// <summary>How many levels a dimension has: 3 or 8.</summary>
    public int Levels => Dimensions == 8 ? 3 : 8;

    /// <summary>The bits that a level takes in a code.</summary>
    public int Bits => Dimensions == 8 ? 2 : 3;

    /// <summary>The codes of the points: their levels, the first in the lowest bits.</summary>
    public ReadOnlySpan<ushort> Points => _points;

    /// <summary>Which point stands for which levels; made on first use, a few hundredths of a second.</summary>
    public GridCells Cells => _cells.Value;

    /// <summary>The level of one dimension in a code.</summary>
    public int Level(int code, int dimension) => (code >> (dimension * Bits)) & ((1 << Bits) - 1);
}
