using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using GGUFPacker.Gguf.Quantization;
using GGUFPacker.Gguf.Quantization.Halves;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Conversion.Tensors;

/// <summary>
/// Turns a tensor's elements into the type that the GGUF file wants. Whatever is neither float16 nor float32 goes through float32, as in llama.cpp's converter;
/// where that changes nothing, bytes are read straight to their place.
/// </summary>
internal sealed class TensorEncoder
{
    private const int ChunkElements = 64 * 1024;

    private readonly TensorSource _source;
    private readonly TensorSource _float32;

    /// <summary>Creates the encoder of a tensor.</summary>
    /// <param name="source">The elements.</param>
    /// <param name="info">The tensor in the GGUF file.</param>
    public TensorEncoder(TensorSource source, TensorInfo info)
    {
        _source = source;
        _float32 = Float32Tensor.Of(source);
        Info = info;
    }

    /// <summary>The tensor in the GGUF file.</summary>
    public TensorInfo Info { get; }

    /// <summary>Reads a run of rows.</summary>
    /// <param name="firstRow">The first row.</param>
    /// <param name="destination">Whole rows of the tensor's type.</param>
    public void ReadRows(long firstRow, Span<byte> destination)
    {
        if (_source is EncodedTensor encoded)
        {
            encoded.ReadRows(firstRow, destination);
            return;
        }

        var first = firstRow * Info.Columns;
        switch (_source.Type, Info.Type)
        {
            case (_, TensorType.F32):
                _float32.Read(first, destination);
                break;
            case (ElementType.F16, TensorType.F16):
                _source.Read(first, destination);
                break;
            case (ElementType.BF16, TensorType.BF16):
                _source.Read(first, destination);
                QuietNaNs(MemoryMarshal.Cast<byte, ushort>(destination));
                break;
            default:
                Encode(first, destination);
                break;
        }
    }

    private void Encode(long first, Span<byte> destination)
    {
        // A chunk is whole blocks; it may end inside a row, since blocks do not depend on each other.
        var blockBytes = Info.Type.BlockBytes;
        var blockLength = Info.Type.BlockLength;
        var chunkBlocks = Math.Min(ChunkElements / blockLength, Math.Max(1, destination.Length / blockBytes));
        var buffer = ArrayPool<float>.Shared.Rent(chunkBlocks * blockLength);
        try
        {
            while (!destination.IsEmpty)
            {
                var blocks = Math.Min(chunkBlocks, destination.Length / blockBytes);
                var numbers = buffer.AsSpan(0, blocks * blockLength);
                _float32.Read(first, MemoryMarshal.AsBytes(numbers));
                var output = destination[..(blocks * blockBytes)];
                if (Info.Type == TensorType.F16)
                {
                    HalfConversions.SingleToHalfKeepingNaN(numbers, MemoryMarshal.Cast<byte, ushort>(output));
                }
                else
                {
                    RowKernels.Quantize(Info.Type, numbers, [], output);
                }

                destination = destination[output.Length..];
                first += numbers.Length;
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(buffer);
        }
    }

    /// <summary>What the way through float32 does to bfloat16: nothing but to set the first mantissa bit of a NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void QuietNaNs(Span<ushort> numbers)
    {
        var magnitude = new Vector<ushort>(0x7FFF);
        var infinity = new Vector<ushort>(0x7F80);
        var quiet = new Vector<ushort>(0x0040);
        var vectors = MemoryMarshal.Cast<ushort, Vector<ushort>>(numbers);
        for (var i = 0; i < vectors.Length; i++)
        {
            vectors[i] |= Vector.GreaterThan(vectors[i] & magnitude, infinity) & quiet;
        }

        foreach (ref var number in numbers[(vectors.Length * Vector<ushort>.Count)..])
        {
            number |= (ushort)((number & 0x7FFF) > 0x7F80 ? 0x0040 : 0);
        }
    }
}
