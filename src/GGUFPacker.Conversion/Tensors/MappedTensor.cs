using System.Buffers;
using System.Runtime.InteropServices;
using GGUFPacker.Conversion.Lora;

namespace GGUFPacker.Conversion.Tensors;

/// <summary>A tensor after a function of each element. It is computed in float32; float16 is rounded back to float16, as PyTorch does it.</summary>
internal sealed class MappedTensor : TensorSource
{
    private const int ChunkElements = 16 * 1024;

    private readonly TensorSource _float32;
    private readonly Action<Span<float>> _map;

    /// <summary>Creates the source.</summary>
    /// <param name="source">The elements.</param>
    /// <param name="map">Changes each element of a run in place.</param>
    /// <exception cref="ArgumentException">The source is an adapter's, whose product is never computed.</exception>
    public MappedTensor(TensorSource source, Action<Span<float>> map)
        : base(source.Type == ElementType.F16 ? ElementType.F16 : ElementType.F32, source.Shape)
    {
        _float32 = source is LowRankTensor ? throw new ArgumentException("An adapter cannot follow a change of single numbers.") : Float32Tensor.Of(source);
        _map = map;
    }

    /// <inheritdoc/>
    public override void Read(long first, Span<byte> destination)
    {
        if (Type == ElementType.F32)
        {
            _float32.Read(first, destination);
            _map(MemoryMarshal.Cast<byte, float>(destination));
            return;
        }

        var buffer = ArrayPool<float>.Shared.Rent(ChunkElements);
        try
        {
            var halves = MemoryMarshal.Cast<byte, Half>(destination);
            while (!halves.IsEmpty)
            {
                var numbers = buffer.AsSpan(0, Math.Min(ChunkElements, halves.Length));
                _float32.Read(first, MemoryMarshal.AsBytes(numbers));
                _map(numbers);
                for (var i = 0; i < numbers.Length; i++)
                {
                    halves[i] = (Half)numbers[i];
                }

                first += numbers.Length;
                halves = halves[numbers.Length..];
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(buffer);
        }
    }
}
