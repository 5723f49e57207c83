namespace GGUFPacker.Gguf.Format;

/// <summary>A run of bytes in a GGUF file.</summary>
/// <param name="Offset">The first byte, counted from the file's beginning.</param>
/// <param name="Length">The number of bytes.</param>
public readonly record struct GgufSpan(long Offset, long Length)
{
    /// <summary>The offset behind the last byte.</summary>
    public long End => Offset + Length;
}
