namespace GGUFPacker.Gguf.Quantization.Searches;

/// <summary>The importance of elements from a place in rows on; it begins anew at each row's end.</summary>
/// <param name="row">The importance of a row's elements.</param>
/// <param name="length">The length of a row; 0 if there is no importance.</param>
/// <param name="start">How many elements there are before the place, in its row and others.</param>
internal readonly unsafe struct RowImportance(float* row, int length, int start)
{
    private readonly float* _row = row;

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => length == 0;

    /// <summary>The importance of the elements that follow <paramref name="offset"/> others; those of one block are in one row.</summary>
    public float* At(int offset) => _row + ((start + offset) % length);
}
