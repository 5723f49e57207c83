using System.Buffers;
using System.Runtime.InteropServices;
using GGUFPacker.Gguf.Quantization.Halves;

namespace GGUFPacker.Conversion.Tensors;

/// <summary>A float32 tensor rounded to float16: PyTorch's transforms of half tensors give half tensors.</summary>
internal sealed class Float16Tensor(TensorSource source) : TensorSource(ElementType.F16, source.Shape)
{
    private const int ChunkElements = 32 * 1024;

    private readonly TensorSource _source = Float32Tensor.Of(source);

    /// <inheritdoc/>
    public override void Read(long first, Span<byte> destination)
    {
        var output = MemoryMarshal.Cast<byte, ushort>(destination);
        var buffer = ArrayPool<float>.Shared.Rent(Math.Min(output.Length, ChunkElements));
        try
        {
            while (!output.IsEmpty)
            {
                var numbers = buffer.AsSpan(0, Math.Min(output.Length, ChunkElements));
                _source.Read(first, MemoryMarshal.AsBytes(numbers));
                HalfConversions.SingleToHalfKeepingNaN(numbers, output[..numbers.Length]);
                output = output[numbers.Length..];
                first += numbers.Length;
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(buffer);
        }
    }
}
