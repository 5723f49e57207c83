using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace GGUFPacker.Conversion.Tensors;

/// <summary>A small vector of float32 that the converter computes, such as the factors of a rotary embedding.</summary>
internal sealed class ConstantTensor(ImmutableArray<float> values) : TensorSource(ElementType.F32, [values.Length])
{
    /// <inheritdoc/>
    public override void Read(long first, Span<byte> destination) =>
        MemoryMarshal.AsBytes(values.AsSpan((int)first, destination.Length / sizeof(float))).CopyTo(destination);
}
