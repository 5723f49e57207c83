namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>What the search does with a group that was rounded to certain levels.</summary>
/// <param name="First">Where the candidates begin in <see cref="GridCells.Candidates"/>.</param>
/// <param name="Count">How many candidates there are; 0 if the levels are a point themselves.</param>
/// <param name="Code">The code of that point.</param>
internal readonly record struct GridCell(int First, ushort Count, ushort Code)
{
    /// <summary>Whether the levels are a point of the grid.</summary>
    public bool IsPoint => Count == 0;
}
