using System.Collections.Immutable;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Format;

/// <summary>
/// A model in the shape of a GGUF file: key-values, tensors in file order, and their bytes on demand.
/// A file on disk is one, and so are a checkpoint that is converted while it is read and a model that is quantized while it is read;
/// one wrapped into another is how conversion and quantization fuse without a file between them.
/// </summary>
public interface IGgufModel : IDisposable
{
    /// <summary>The key-values, in file order.</summary>
    GgufMetadata Metadata { get; }

    /// <summary>The tensors, in file order.</summary>
    ImmutableArray<TensorInfo> Tensors { get; }

    /// <summary>
    /// Fills <paramref name="destination"/> with a run of whole rows of the tensor at <paramref name="index"/>, beginning at row <paramref name="firstRow"/>.
    /// Safe to call from several threads at once.
    /// </summary>
    /// <param name="index">The tensor's place in <see cref="Tensors"/>.</param>
    /// <param name="firstRow">The first row, of <see cref="TensorInfo.Rows"/>.</param>
    /// <param name="destination">A multiple of <see cref="TensorInfo.RowBytes"/> bytes; little-endian.</param>
    /// <exception cref="GgufException">The data cannot be read or is invalid; the message names the tensor.</exception>
    void ReadRows(int index, long firstRow, Span<byte> destination);
}
