using GGUFPacker.Conversion.QuantizedSources;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Lora;

/// <summary>
/// The change that an adapter makes to a weight: the product B · A of two narrow matrices (LoRA). A transform of the weight is done to one of them: its rows
/// are B's, its columns A's.
/// </summary>
internal sealed class LowRankTensor : TensorSource
{
    private LowRankTensor(TensorSource a, TensorSource b)
        : base(a.Type, [.. b.Shape[..^1], a.Shape[^1]])
    {
        A = a;
        B = b;
    }

    /// <summary>The factor whose rows are as long as the weight's: rank, columns.</summary>
    public TensorSource A { get; }

    /// <summary>The factor with the weight's rows: rows, rank.</summary>
    public TensorSource B { get; }

    private long Rank => B.Shape[^1];

    /// <summary>Joins the factors. Different types become float32.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static LowRankTensor Of(TensorSource a, TensorSource b)
    {
        if (a.Shape.Length < 2 || a.Shape.Length != b.Shape.Length || a.Shape[^2] != b.Shape[^1])
        {
            throw new ArgumentException(
                $"Its lora_A of shape [{string.Join(", ", a.Shape)}] and lora_B of shape [{string.Join(", ", b.Shape)}] cannot be multiplied.");
        }

        return a.Type == b.Type ? new LowRankTensor(a, b) : new LowRankTensor(Float32Tensor.Of(a), Float32Tensor.Of(b));
    }

    /// <summary>Stacks weights along a new outermost dimension.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static LowRankTensor Stack(IReadOnlyList<LowRankTensor> parts) =>
        Of(Concatenation.Stack([.. parts.Select(part => part.A)]), Concatenation.Stack([.. parts.Select(part => part.B)]));

    /// <summary>Joins weights along their outermost dimension; as matrices they must share A.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit, or the factors differ.</exception>
    public static LowRankTensor Join(IReadOnlyList<LowRankTensor> parts)
    {
        if (parts[0].Shape.Length > 2)
        {
            return Of(Concatenation.Join([.. parts.Select(part => part.A)]), Concatenation.Join([.. parts.Select(part => part.B)]));
        }

        return parts.Skip(1).All(part => HaveSameNumbers(parts[0].A, part.A))
            ? Of(parts[0].A, Concatenation.Join([.. parts.Select(part => part.B)]))
            : throw new ArgumentException("An adapter of several weights that become one tensor must have one lora_A for all of them.");
    }

    /// <summary>Changes the rows and leaves the columns.</summary>
    public LowRankTensor MapRows(Func<TensorSource, TensorSource> map) => new(A, map(B));

    /// <summary>The weight with its axes in another order: the innermost stays, or a matrix is transposed.</summary>
    /// <exception cref="ArgumentException">Another order, which no pair of factors can follow.</exception>
    public LowRankTensor Permute(ReadOnlySpan<int> axes)
    {
        var order = axes.ToArray();
        if (order.Length != Shape.Length)
        {
            throw new ArgumentException($"It has {Shape.Length} dimensions, not {order.Length}.");
        }

        if (order is [1, 0])
        {
            return new LowRankTensor(B.Permuted(1, 0), A.Permuted(1, 0));
        }

        return order[^1] == order.Length - 1 && A.Shape[..^2].All(size => size == 1)
            ? new LowRankTensor(A, B.Permuted(order))
            : throw new ArgumentException("An adapter cannot follow an exchange of columns.");
    }

    /// <summary>A part of an axis.</summary>
    /// <exception cref="ArgumentException">The weight has no such axis or entries.</exception>
    public LowRankTensor Slice(int axis, long start, long length, long step)
    {
        axis = axis < 0 ? axis + Shape.Length : axis;
        if (axis == Shape.Length - 1)
        {
            return new LowRankTensor(A.Sliced(axis, start, length, step), B);
        }

        var isOuter = axis < Shape.Length - 2 && A.Shape[axis] != 1;
        return new LowRankTensor(isOuter ? A.Sliced(axis, start, length, step) : A, B.Sliced(axis, start, length, step));
    }

    /// <summary>The weight in another shape with rows of the same length. One dimension may be -1: whatever is left.</summary>
    /// <exception cref="ArgumentException">The rows would have another length, or there are fewer than two dimensions.</exception>
    public LowRankTensor Reshape(ReadOnlySpan<long> shape)
    {
        var sizes = shape.ToArray();
        var open = Array.IndexOf(sizes, -1);
        if (open >= 0)
        {
            var known = sizes.Where(size => size != -1).Aggregate(1L, (product, size) => checked(product * size));
            sizes[open] = known == 0 ? 0 : Count / known;
        }

        return sizes.Length >= 2 && sizes[^1] == Shape[^1]
            ? new LowRankTensor(A.Reshaped([.. Enumerable.Repeat(1L, sizes.Length - 2), Rank, Shape[^1]]), B.Reshaped([.. sizes[..^1], Rank]))
            : throw new ArgumentException($"An adapter of shape [{string.Join(", ", Shape)}] cannot become [{string.Join(", ", sizes)}].");
    }

    /// <inheritdoc/>
    public override void Read(long first, Span<byte> destination) => throw new InvalidOperationException("An adapter's factors are read one by one.");

    private static bool HaveSameNumbers(TensorSource left, TensorSource right) =>
        left.Shape.SequenceEqual(right.Shape) && left.Type == right.Type
            && SmallTensors.ReadSingles(left).AsSpan().SequenceEqual(SmallTensors.ReadSingles(right));
}
