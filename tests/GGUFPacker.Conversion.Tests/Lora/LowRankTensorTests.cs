using System.Runtime.InteropServices;
using GGUFPacker.Conversion.Lora;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tests.Tensors;

namespace GGUFPacker.Conversion.Tests.Lora;

/// <summary>A transform of the factors must be the transform of their product. The numbers are small integers, so that every product is exact.</summary>
public sealed class LowRankTensorTests
{
    private const int Rank = 3;

    private readonly Random _random = new(13);

    public static TheoryData<string> Transforms => [.. Known.Keys];

    private static Dictionary<string, Func<TensorSource, TensorSource>> Known { get; } = new(StringComparer.Ordinal)
    {
        ["transposed"] = source => source.Transposed(),
        ["rows permuted"] = source => source.RotaryPermuted(2),
        ["some rows"] = source => source.Sliced(0, 2, 4),
        ["every other row"] = source => source.Sliced(0, 1, 4, 2),
        ["some columns"] = source => source.Sliced(1, 1, 3),
        ["the last columns"] = source => source.Sliced(-1, 3, 2),
        ["heads exchanged"] = source => source.Reshaped(4, 2, 5).Permuted(1, 0, 2).Reshaped(8, 5),
        ["open shape"] = source => source.Reshaped(2, -1, 5),
        ["one of three parts"] = source => source.Split(0, 2, 4, 2)[1],
        ["stacked"] = source => Concatenation.Stack([source, source]),
        ["joined with itself"] = source => Concatenation.Join([source, source]),
        ["an expert of a stack"] = source => Concatenation.Stack([source, source.RotaryPermuted(2)]).Sliced(0, 1, 1).Reshaped(8, 5),
        ["rows of a stack"] = source => Concatenation.Stack([source, source]).Sliced(1, 2, 3),
    };

    [Theory]
    [MemberData(nameof(Transforms))]
    public void A_transform_of_the_factors_is_that_of_the_product(string name)
    {
        var (a, b) = (Matrix(Rank, 5), Matrix(8, Rank));
        var product = Product(a, b);

        var factors = Assert.IsType<LowRankTensor>(Known[name](LowRankTensor.Of(a, b)));
        var expected = Known[name](product);

        Assert.Equal(expected.Shape, factors.Shape);
        Assert.Equal(Read(expected), Read(Product(factors.A, factors.B)));
    }

    public static TheoryData<string> Impossible => [.. Refused.Keys];

    private static Dictionary<string, Func<TensorSource, TensorSource>> Refused { get; } = new(StringComparer.Ordinal)
    {
        ["rows of another length"] = source => source.Reshaped(10, 4),
        ["a vector"] = source => source.Reshaped(40),
        ["columns among the rows"] = source => source.Reshaped(4, 2, 5).Permuted(2, 0, 1),
        ["a change of numbers"] = source => source.PlusOne(),
        ["another adapter's rows"] = source => Concatenation.Join([source, LowRankTensor.Of(Zeros(Rank, 5), Zeros(8, Rank))]),
        ["a plain matrix beside it"] = source => Concatenation.Stack([source, Zeros(8, 5)]),
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void A_transform_that_no_factors_can_follow_is_refused(string name)
    {
        var source = LowRankTensor.Of(Matrix(Rank, 5), Matrix(8, Rank));

        Assert.Throws<ArgumentException>(() => Refused[name](source));
    }

    [Fact]
    public void Factors_that_cannot_be_multiplied_are_refused()
    {
        Assert.Throws<ArgumentException>(() => LowRankTensor.Of(Matrix(3, 5), Matrix(8, 4)));
        Assert.Throws<ArgumentException>(() => LowRankTensor.Of(ArrayTensor.Of(ElementType.F32, new float[3], 3), Matrix(8, 3)));
    }

    private static TensorSource Zeros(int rows, int columns) => ArrayTensor.Of(ElementType.F32, new float[rows * columns], rows, columns);

    private TensorSource Matrix(int rows, int columns) =>
        ArrayTensor.Of(ElementType.F32, [.. Enumerable.Range(0, rows * columns).Select(_ => (float)_random.Next(-8, 9))], rows, columns);

    /// <summary>B · A for each entry of the outer dimensions; an A with outer dimensions of 1 is that of all entries.</summary>
    private static TensorSource Product(TensorSource a, TensorSource b)
    {
        var (left, right) = (Read(b), Read(a));
        var (rank, columns) = ((int)b.Shape[^1], (int)a.Shape[^1]);
        var rows = (int)b.Shape[^2];
        var entries = (int)(b.Count / (rows * rank));
        var isShared = a.Count == rank * columns;
        var result = new float[entries * rows * columns];
        for (var i = 0; i < result.Length; i++)
        {
            var (entry, row, column) = (i / (rows * columns), i / columns % rows, i % columns);
            for (var k = 0; k < rank; k++)
            {
                result[i] += left[(((entry * rows) + row) * rank) + k] * right[(isShared ? 0 : entry * rank * columns) + (k * columns) + column];
            }
        }

        return ArrayTensor.Of(ElementType.F32, result, [.. b.Shape[..^1], columns]);
    }

    private static float[] Read(TensorSource tensor)
    {
        var numbers = new float[tensor.Count];
        tensor.Read(0, MemoryMarshal.AsBytes(numbers.AsSpan()));
        return numbers;
    }
}
