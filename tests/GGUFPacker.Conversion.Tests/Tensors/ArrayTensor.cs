using System.Collections.Immutable;
using System.Runtime.InteropServices;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Tests.Tensors;

/// <summary>A tensor over an array.</summary>
internal sealed class ArrayTensor : TensorSource
{
    private readonly byte[] _bytes;

    private ArrayTensor(ElementType type, ImmutableArray<long> shape, byte[] bytes)
        : base(type, shape) => _bytes = bytes;

    public static ArrayTensor Of<T>(ElementType type, T[] values, params ReadOnlySpan<long> shape)
        where T : unmanaged => new(type, [.. shape], MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    /// <summary>A tensor of 16-bit integers that count up.</summary>
    public static ArrayTensor Counting(params ReadOnlySpan<long> shape)
    {
        var count = 1L;
        foreach (var dimension in shape)
        {
            count *= dimension;
        }

        return Of(ElementType.I16, [.. Enumerable.Range(0, (int)count).Select(i => (short)i)], shape);
    }

    public override void Read(long first, Span<byte> destination) => _bytes.AsSpan((int)first * Type.Bytes, destination.Length).CopyTo(destination);
}
