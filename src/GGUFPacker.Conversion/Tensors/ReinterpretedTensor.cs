namespace GGUFPacker.Conversion.Tensors;

/// <summary>The same bytes as elements of another type of the same size.</summary>
internal sealed class ReinterpretedTensor(TensorSource source, ElementType type) : TensorSource(type, source.Shape)
{
    /// <inheritdoc/>
    public override void Read(long first, Span<byte> destination) => source.Read(first, destination);
}
