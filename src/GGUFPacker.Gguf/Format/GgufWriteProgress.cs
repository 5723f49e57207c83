namespace GGUFPacker.Gguf.Format;

/// <summary>How far the writing of a model is.</summary>
/// <param name="TensorName">The tensor that was written last; empty before the first.</param>
/// <param name="BytesDone">Bytes written, of all files of the model.</param>
/// <param name="TotalBytes">Bytes to write.</param>
public readonly record struct GgufWriteProgress(string TensorName, long BytesDone, long TotalBytes);
