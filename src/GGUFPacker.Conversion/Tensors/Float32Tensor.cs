using System.Buffers;
using System.Runtime.InteropServices;

namespace GGUFPacker.Conversion.Tensors;

/// <summary>A tensor with its elements turned into float32.</summary>
internal sealed class Float32Tensor : TensorSource
{
    private const int ChunkElements = 32 * 1024;

    private readonly TensorSource _source;

    private Float32Tensor(TensorSource source)
        : base(ElementType.F32, source.Shape) => _source = source;

    /// <summary>The tensor as float32; itself if it is that already.</summary>
    public static TensorSource Of(TensorSource source) => source.Type == ElementType.F32 ? source : new Float32Tensor(source);

    /// <inheritdoc/>
    public override void Read(long first, Span<byte> destination)
    {
        var output = MemoryMarshal.Cast<byte, float>(destination);
        var elementBytes = _source.Type.Bytes;
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Min(output.Length, ChunkElements) * elementBytes);
        try
        {
            while (!output.IsEmpty)
            {
                var count = Math.Min(output.Length, ChunkElements);
                var input = buffer.AsSpan(0, count * elementBytes);
                _source.Read(first, input);
                ElementConversion.ToSingle(_source.Type, input, output[..count]);
                output = output[count..];
                first += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
