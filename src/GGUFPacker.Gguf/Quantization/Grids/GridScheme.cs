namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>
/// What the types IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS and IQ3_S differ in. All store a block of 256 as a half scale, sub-blocks with a scale of four bits,
/// groups that are points of a grid (level l stands for 2 * l + 1), and signs.
/// </summary>
internal sealed class GridScheme
{
    /// <summary>The elements of a block.</summary>
    public const int Length = 256;

    /// <summary>The grid.</summary>
    public required Grid Grid { get; init; }

    /// <summary>The elements that share a scale: 16 or 32.</summary>
    public required int SubBlockLength { get; init; }

    /// <summary>What the largest element of a sub-block is tried to be scaled to, one after another.</summary>
    public required float[] Targets
    {
        get;
        init
        {
            field = value;
            PaddedTargets = [.. value, .. Enumerable.Repeat(value[^1], -value.Length & 7)];
        }
    }

    /// <summary>The targets, filled up to a whole number of eight with the last one.</summary>
    public float[] PaddedTargets { get; private init; } = [];

    /// <summary>A sub-block whose largest element is below counts as zero.</summary>
    public required float Epsilon { get; init; }

    /// <summary>
    /// Seven bits hold eight signs: the number of negative ones is made even by flipping the sign of the element that matters least.
    /// </summary>
    public required bool HasEvenSigns { get; init; }

    /// <summary>The trials are spread around the scale of a fit without grid instead of around the largest element.</summary>
    public bool FitsFirst { get; init; }

    /// <summary>After the search all groups are rounded anew to the scale found, not only those that were beside the grid.</summary>
    public bool RefinesAll { get; init; }

    /// <summary>A sub-block in which no trial did is taken for one beside the grid.</summary>
    public bool StartsBesideGrid { get; init; }

    /// <summary>How often the mean square goes into the weights.</summary>
    public required float VarianceFactor { get; init; }

    /// <summary>The weight of an element without an importance matrix is its square plus this part of the variance.</summary>
    public float VariancePart { get; init; }

    /// <summary>What the block's scale is corrected by.</summary>
    public required float ScaleFactor { get; init; }

    /// <summary>A block whose scales are all zero keeps its points and signs.</summary>
    public bool KeepsEmptyBlocks { get; init; }

    /// <summary>The highest odd number that a level stands for: 5 or 15.</summary>
    public int Highest => (2 * Grid.Levels) - 1;

    /// <summary>The sub-blocks of a block.</summary>
    public int SubBlocks => Length / SubBlockLength;

    /// <summary>Trials from -steps to steps around the highest level.</summary>
    public static float[] Around(int highest, int steps, float distance) =>
        [.. Enumerable.Range(-steps, (2 * steps) + 1).Select(step => highest + (step * distance))];
}
