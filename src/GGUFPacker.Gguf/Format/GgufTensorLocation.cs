namespace GGUFPacker.Gguf.Format;

/// <summary>Where a tensor's data lies.</summary>
/// <param name="Part">The part, an index into <see cref="GgufFile.Parts"/>.</param>
/// <param name="Offset">The first byte, counted from the part's beginning.</param>
public readonly record struct GgufTensorLocation(int Part, long Offset);
