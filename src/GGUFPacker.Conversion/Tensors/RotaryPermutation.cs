using System.Buffers;
using GGUFPacker.Conversion.Lora;

namespace GGUFPacker.Conversion.Tensors;

/// <summary>
/// Reorders the rows of a query or key projection (or the numbers of its bias) for rotary embeddings. Hugging Face's checkpoints of the Llama family pair
/// dimension j of a head with dimension j + d/2, llama.cpp pairs neighbours; so row 2j + i of a head is taken from its row i·d/2 + j.
/// </summary>
internal sealed class RotaryPermutation : TensorSource
{
    private const int BufferBytes = 256 * 1024;

    /// <summary>Rows of at least this many bytes are read one by one to their place; smaller ones in runs, through a buffer.</summary>
    private const int LargeRowBytes = 2048;

    private readonly TensorSource _source;
    private readonly long _half;
    private readonly long _unitLength;

    private RotaryPermutation(TensorSource source, long headRows)
        : base(source.Type, source.Shape)
    {
        _source = source;
        _half = headRows / 2;
        _unitLength = source.UnitLength;
    }

    /// <summary>Permutes the rows.</summary>
    /// <param name="source">The tensor; its outermost dimension is the heads' rows one after the other.</param>
    /// <param name="heads">The number of heads.</param>
    /// <exception cref="ArgumentException">The rows are no even number for each head.</exception>
    public static TensorSource Of(TensorSource source, long heads)
    {
        if (source.Shape.IsEmpty || heads <= 0 || source.Shape[0] % (2 * heads) != 0)
        {
            throw new ArgumentException($"Its shape [{string.Join(", ", source.Shape)}] cannot be divided into {heads} heads of an even number of rows.");
        }

        if (source is LowRankTensor adapter)
        {
            return adapter.MapRows(rows => Of(rows, heads));
        }

        return source.Count == 0 ? source : new RotaryPermutation(source, source.Shape[0] / heads);
    }

    /// <inheritdoc/>
    public override void Read(long first, Span<byte> destination)
    {
        var elementBytes = Type.Bytes;
        var unitBytes = checked((int)(_unitLength * elementBytes));
        while (!destination.IsEmpty)
        {
            var unit = first / _unitLength;
            var offset = first % _unitLength;
            int length;
            if (offset == 0 && unit % 2 == 0 && unitBytes < LargeRowBytes && destination.Length >= 2 * unitBytes)
            {
                length = ReadPairs(unit, unitBytes, destination);
            }
            else
            {
                length = (int)Math.Min(destination.Length, (_unitLength - offset) * elementBytes);
                _source.Read((SourceUnit(unit) * _unitLength) + offset, destination[..length]);
            }

            destination = destination[length..];
            first += length / elementBytes;
        }
    }

    /// <summary>Reads whole pairs of rows up to the end of the head or of the destination: their first and second rows each lie in one run.</summary>
    private int ReadPairs(long unit, int unitBytes, Span<byte> destination)
    {
        var pairs = (int)Math.Min(_half - (unit / 2 % _half), Math.Min(destination.Length, BufferBytes) / (2 * unitBytes));
        pairs = Math.Max(pairs, 1);
        var buffer = ArrayPool<byte>.Shared.Rent(2 * pairs * unitBytes);
        try
        {
            var even = buffer.AsSpan(0, pairs * unitBytes);
            var odd = buffer.AsSpan(pairs * unitBytes, pairs * unitBytes);
            _source.Read(SourceUnit(unit) * _unitLength, even);
            _source.Read(SourceUnit(unit + 1) * _unitLength, odd);
            for (var i = 0; i < pairs; i++)
            {
                even.Slice(i * unitBytes, unitBytes).CopyTo(destination[(2 * i * unitBytes)..]);
                odd.Slice(i * unitBytes, unitBytes).CopyTo(destination[(((2 * i) + 1) * unitBytes)..]);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return 2 * pairs * unitBytes;
    }

    private long SourceUnit(long unit)
    {
        var head = unit / (2 * _half);
        var row = unit % (2 * _half);
        return (head * 2 * _half) + (row % 2 * _half) + (row / 2);
    }
}
