using System.Collections.Immutable;

namespace GGUFPacker.Conversion.Tensors;

/// <summary>A tensor of zeros.</summary>
internal sealed class ZeroTensor(ElementType type, ImmutableArray<long> shape) : TensorSource(type, shape)
{
    /// <inheritdoc/>
    public override void Read(long first, Span<byte> destination) => destination.Clear();
}
