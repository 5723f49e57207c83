using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Conversion.Tensors;

/// <summary>A table of whole numbers, which GGUF holds in 32 bits.</summary>
internal sealed class IntegerTable : EncodedTensor
{
    private readonly TensorSource _source;

    private IntegerTable(TensorSource source)
        : base(TensorType.I32, source.Shape) => _source = source;

    /// <summary>A table of 32 or 64 bits.</summary>
    /// <exception cref="ArgumentException">It holds no whole numbers of this size.</exception>
    public static IntegerTable Of(TensorSource source) => source.Type is ElementType.I32 or ElementType.I64
        ? new IntegerTable(source)
        : throw new ArgumentException($"It holds numbers of type {source.Type}, not whole ones of 32 or 64 bits.");

    /// <inheritdoc/>
    public override void ReadRows(long firstRow, Span<byte> destination)
    {
        var first = firstRow * Shape[^1];
        if (_source.Type == ElementType.I32)
        {
            _source.Read(first, destination);
            return;
        }

        var numbers = MemoryMarshal.Cast<byte, int>(destination);
        var bytes = ArrayPool<byte>.Shared.Rent(numbers.Length * sizeof(long));
        try
        {
            _source.Read(first, bytes.AsSpan(0, numbers.Length * sizeof(long)));
            for (var i = 0; i < numbers.Length; i++)
            {
                numbers[i] = unchecked((int)BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(i * sizeof(long))));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
