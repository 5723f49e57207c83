namespace GGUFPacker.Gguf.Format;

/// <summary>The sizes of one file of a model, as gguf-parser-go v0.12.0 counts them.</summary>
/// <param name="Padding">Bytes between header and data. A header that ends at the alignment counts as followed by a whole alignment, though none is
/// there: what reads these figures expects it so.</param>
/// <param name="DataOffset">The header's length and <paramref name="Padding"/>; where the data really begins says <see cref="GgufHeader.DataOffset"/>.</param>
/// <param name="Bytes">The file's size.</param>
public readonly record struct GgufPartSummary(long Padding, long DataOffset, long Bytes)
{
    /// <summary>Bytes behind <see cref="DataOffset"/>; negative for a file that ends with its last key.</summary>
    public long ModelBytes => Bytes - DataOffset;
}
