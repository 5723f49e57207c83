using System.Collections.Immutable;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Conversion.Tensors;

/// <summary>Matrices of blocks, such as those of a layer's experts, stacked along a new outermost dimension.</summary>
internal sealed class EncodedStack : EncodedTensor
{
    private readonly ImmutableArray<EncodedTensor> _parts;
    private readonly long _partRows;

    private EncodedStack(ImmutableArray<EncodedTensor> parts)
        : base(parts[0].EncodedType, parts[0].Shape.Insert(0, parts.Length))
    {
        _parts = parts;
        _partRows = parts[0].Shape.SkipLast(1).Aggregate(1L, (product, dimension) => product * dimension);
    }

    /// <summary>Stacks tensors of equal type and shape.</summary>
    /// <exception cref="ArgumentException">They differ.</exception>
    public static EncodedStack Of(ImmutableArray<EncodedTensor> parts) =>
        parts.All(part => part.EncodedType == parts[0].EncodedType && part.Shape.SequenceEqual(parts[0].Shape))
            ? new EncodedStack(parts)
            : throw new ArgumentException("Their shapes differ.");

    /// <inheritdoc/>
    public override void ReadRows(long firstRow, Span<byte> destination)
    {
        var rowBytes = (int)EncodedType.RowBytes(Shape[^1]);
        while (!destination.IsEmpty)
        {
            var row = firstRow % _partRows;
            var rows = Math.Min(destination.Length / rowBytes, _partRows - row);
            var length = (int)rows * rowBytes;
            _parts[(int)(firstRow / _partRows)].ReadRows(row, destination[..length]);
            destination = destination[length..];
            firstRow += rows;
        }
    }
}
