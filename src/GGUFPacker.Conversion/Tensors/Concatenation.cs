using System.Collections.Immutable;
using GGUFPacker.Conversion.Lora;

namespace GGUFPacker.Conversion.Tensors;

/// <summary>Tensors one after the other: in row-major order that is both joining along the outermost dimension and stacking along a new one.</summary>
internal sealed class Concatenation : TensorSource
{
    private readonly ImmutableArray<TensorSource> _parts;
    private readonly ImmutableArray<long> _starts;

    private Concatenation(ImmutableArray<TensorSource> parts, ImmutableArray<long> shape)
        : base(parts[0].Type, shape)
    {
        _parts = parts;
        var starts = ImmutableArray.CreateBuilder<long>(parts.Length);
        var start = 0L;
        foreach (var part in parts)
        {
            starts.Add(start);
            start = checked(start + part.Count);
        }

        _starts = starts.MoveToImmutable();
    }

    /// <summary>Joins tensors along their outermost dimension; the other dimensions must agree. Different types are joined as float32.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static TensorSource Join(IReadOnlyList<TensorSource> parts)
    {
        if (AsAdapter(parts) is { } adapter)
        {
            return LowRankTensor.Join(adapter);
        }

        var inner = parts[0].Shape[1..];
        if (parts.Any(part => part.Shape.IsEmpty || !part.Shape[1..].SequenceEqual(inner)))
        {
            throw new ArgumentException("Their shapes differ in more than the outermost dimension.");
        }

        return new Concatenation(OfOneType(parts), inner.Insert(0, parts.Sum(part => part.Shape[0])));
    }

    /// <summary>Joins tensors along their second dimension (axis 1) or their outermost one (axis 0); the other dimensions must agree.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static TensorSource Join(IReadOnlyList<TensorSource> parts, int axis)
    {
        if (axis == 0)
        {
            return Join(parts);
        }

        if (parts.Any(part => part.Shape.Length < 2 || part.Shape[0] != parts[0].Shape[0]))
        {
            throw new ArgumentException("Their shapes differ in the outermost dimension.");
        }

        // Row-major, the parts of each outermost entry lie one after the other.
        var rows = Enumerable.Range(0, checked((int)parts[0].Shape[0])).Select(entry => Join([.. parts.Select(part => Entry(part, entry))])).ToList();
        var shape = parts[0].Shape.SetItem(1, parts.Sum(part => part.Shape[1]));
        return rows.Count == 0 ? new Concatenation([.. parts], shape) : new Concatenation([.. rows], shape);

        static TensorSource Entry(TensorSource part, int entry) => part.Sliced(0, entry, 1).Reshaped(part.Shape.AsSpan()[1..]);
    }

    /// <summary>Stacks tensors of equal shape along a new outermost dimension. Different types are stacked as float32.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static TensorSource Stack(IReadOnlyList<TensorSource> parts)
    {
        if (AsAdapter(parts) is { } adapter)
        {
            return LowRankTensor.Stack(adapter);
        }

        var shape = parts[0].Shape;
        if (parts.Any(part => !part.Shape.SequenceEqual(shape)))
        {
            throw new ArgumentException("Their shapes differ.");
        }

        return new Concatenation(OfOneType(parts), shape.Insert(0, parts.Count));
    }

    /// <inheritdoc/>
    public override void Read(long first, Span<byte> destination)
    {
        var index = _starts.BinarySearch(first);
        index = index >= 0 ? index : ~index - 1;
        while (!destination.IsEmpty)
        {
            // Empty parts share their start with the next one and are passed over.
            var part = _parts[index];
            var offset = first - _starts[index];
            var length = (int)Math.Min(destination.Length, (part.Count - offset) * Type.Bytes);
            if (length > 0)
            {
                part.Read(offset, destination[..length]);
                destination = destination[length..];
                first += length / Type.Bytes;
            }

            index++;
        }
    }

    private static ImmutableArray<TensorSource> OfOneType(IReadOnlyList<TensorSource> parts) =>
        parts.All(part => part.Type == parts[0].Type) ? [.. parts] : [.. parts.Select(Float32Tensor.Of)];

    /// <summary>The parts if they are an adapter's, else null.</summary>
    private static LowRankTensor[]? AsAdapter(IReadOnlyList<TensorSource> parts) => parts.Any(part => part is LowRankTensor)
        ? [.. parts.Select(part => part as LowRankTensor ?? throw new ArgumentException("Some of them are an adapter's and some are not."))]
        : null;
}
