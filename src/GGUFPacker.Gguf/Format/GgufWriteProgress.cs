using System.Globalization;

namespace GGUFPacker.Gguf.Format;

/// <summary>How far the writing of a model is.</summary>
/// <param name="TensorName">The tensor that was written last; empty before the first.</param>
/// <param name="BytesDone">Bytes written, of all files of the model.</param>
/// <param name="TotalBytes">Bytes to write.</param>
public readonly record struct GgufWriteProgress(string TensorName, long BytesDone, long TotalBytes)
{
    /// <summary>Which of the model's tensors was written last, from 1; 0 before the first.</summary>
    public int TensorNumber { get; init; }

    /// <summary>The number of the model's tensors, of all its files.</summary>
    public int TensorCount { get; init; }

    /// <summary>Which tensor it is at, for people: <c>tensor 12 of 291</c>; empty before the first.</summary>
    public string Describe() => TensorNumber == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"tensor {TensorNumber} of {TensorCount}");
}
