using System.Collections.Immutable;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Conversion.Tensors;

/// <summary>
/// A tensor whose numbers are in blocks of GGUF already: it has rows of blocks instead of elements, and keeps its type whatever is asked for.
/// </summary>
internal abstract class EncodedTensor : TensorSource
{
    /// <summary>Creates the tensor.</summary>
    /// <param name="encodedType">The type of the blocks.</param>
    /// <param name="shape">The dimensions in numbers, the outermost first; a row is whole blocks.</param>
    protected EncodedTensor(TensorType encodedType, ImmutableArray<long> shape)
        : base(ElementType.U8, shape) => EncodedType = encodedType;

    /// <summary>The type of the blocks.</summary>
    public TensorType EncodedType { get; }

    /// <summary>Reads a run of rows.</summary>
    /// <param name="firstRow">The first row.</param>
    /// <param name="destination">Whole rows.</param>
    public abstract void ReadRows(long firstRow, Span<byte> destination);

    /// <inheritdoc/>
    public sealed override void Read(long first, Span<byte> destination) =>
        throw new InvalidOperationException($"A tensor of {EncodedType} blocks is read by rows.");
}
