using System.Collections.Immutable;

namespace GGUFPacker.Conversion.Tensors;

/// <summary>
/// A tensor on its way from the checkpoint to the GGUF file: type, shape, and its elements on demand in row-major order. A transform is a source that
/// reads from another one, so nothing is held in memory but the elements that are asked for. Immutable and safe to read from several threads at once.
/// </summary>
internal abstract class TensorSource
{
    /// <summary>Creates the source.</summary>
    /// <param name="type">How the elements are stored.</param>
    /// <param name="shape">The dimensions, the outermost first.</param>
    protected TensorSource(ElementType type, ImmutableArray<long> shape)
    {
        Type = type;
        Shape = shape;
    }

    /// <summary>How the elements are stored.</summary>
    public ElementType Type { get; }

    /// <summary>The dimensions, the outermost first.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>The number of elements.</summary>
    public long Count => CountOf(Shape.AsSpan());

    /// <summary>The elements of one entry of the outermost dimension: a row of a matrix, one number of a vector.</summary>
    public long UnitLength => Shape.IsEmpty ? 1 : CountOf(Shape.AsSpan()[1..]);

    /// <summary>Reads a run of elements.</summary>
    /// <param name="first">The first element.</param>
    /// <param name="destination">Whole elements of <see cref="Type"/>, little-endian; the run must lie inside the tensor.</param>
    public abstract void Read(long first, Span<byte> destination);

    private static long CountOf(ReadOnlySpan<long> dimensions)
    {
        var count = 1L;
        foreach (var dimension in dimensions)
        {
            count = checked(count * dimension);
        }

        return count;
    }
}
