namespace GGUFPacker.Gguf.Format;

/// <summary>One file of a model: the only one, or one of a split model's.</summary>
/// <param name="FilePath">The file's path.</param>
/// <param name="Length">The file's size in bytes.</param>
/// <param name="Header">What stands before its data.</param>
public sealed record GgufFilePart(string FilePath, long Length, GgufHeader Header);
