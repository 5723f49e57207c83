using System.Runtime.InteropServices;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Tests.Tensors;

/// <summary>Views give the elements that indexing by hand gives, in any run.</summary>
public sealed class TensorViewTests
{
    private static readonly TensorSource Source = new ConstantTensor([.. Enumerable.Range(0, 2 * 3 * 4 * 5).Select(number => (float)number)]).Reshaped(2, 3, 4, 5);

    public static TheoryData<string, int[], Func<int[], int>> Views() => new()
    {
        { "permuted 0,1,3,2", [2, 3, 5, 4], i => At(i[0], i[1], i[3], i[2]) },
        { "permuted 3,2,1,0", [5, 4, 3, 2], i => At(i[3], i[2], i[1], i[0]) },
        { "permuted 1,0,2,3", [3, 2, 4, 5], i => At(i[1], i[0], i[2], i[3]) },
        { "permuted 2,3,0,1", [4, 5, 2, 3], i => At(i[2], i[3], i[0], i[1]) },
        { "even of axis 2", [2, 3, 2, 5], i => At(i[0], i[1], 2 * i[2], i[3]) },
        { "odd of the transposed", [2, 3, 2, 4], i => At(i[0], i[1], i[3], (2 * i[2]) + 1) },
        { "last half of axis -1", [2, 3, 4, 2], i => At(i[0], i[1], i[2], i[3] + 3) },
        { "one row", [1, 1, 1, 5], i => At(1, 2, 3, i[3]) },
        { "one column", [2, 3, 4, 1], i => At(i[0], i[1], i[2], 4) },
    };

    [Theory]
    [MemberData(nameof(Views))]
    public void A_view_reads_the_elements_of_its_indices_in_any_run(string name, int[] shape, Func<int[], int> element)
    {
        var view = Make(name);
        Assert.Equal(shape.Select(size => (long)size), view.Shape);
        var expected = Indices(shape).Select(index => (float)element(index)).ToArray();
        for (var first = 0; first < expected.Length; first++)
        {
            for (var length = 1; length <= expected.Length - first; length += 1 + (first % 3))
            {
                var numbers = new float[length];
                view.Read(first, MemoryMarshal.AsBytes(numbers.AsSpan()));
                Assert.Equal(expected[first..(first + length)], numbers);
            }
        }
    }

    [Fact]
    public void Groups_come_in_turns()
    {
        var rows = new ConstantTensor([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]).Reshaped(6, 2).GroupsInTurns(0, 2, 3);

        Assert.Equal([0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11], Read(rows));
    }

    [Fact]
    public void Matrices_are_joined_along_their_second_axis()
    {
        var first = new ConstantTensor([0, 1, 2, 3]).Reshaped(2, 1, 2);
        var second = new ConstantTensor([4, 5, 6, 7, 8, 9, 10, 11]).Reshaped(2, 2, 2);

        var joined = Concatenation.Join([first, second], axis: 1);

        Assert.Equal([2L, 3, 2], joined.Shape);
        Assert.Equal([0, 1, 4, 5, 6, 7, 2, 3, 8, 9, 10, 11], Read(joined));
    }

    [Theory]
    [InlineData("reshape")]
    [InlineData("slice")]
    [InlineData("permute")]
    [InlineData("split")]
    [InlineData("chunks")]
    public void What_does_not_fit_is_refused(string step) => Assert.Throws<ArgumentException>(() => step switch
    {
        "reshape" => Source.Reshaped(7, -1),
        "slice" => Source.Sliced(0, 1, 2),
        "permute" => Source.Permuted(0, 1),
        "split" => Source.Split(0, 1, 2)[0],
        _ => Source.Chunks(3, 2)[0],
    });

    private static TensorSource Make(string name) => name switch
    {
        "permuted 0,1,3,2" => Source.Transposed(),
        "permuted 3,2,1,0" => Source.Permuted(3, 2, 1, 0),
        "permuted 1,0,2,3" => Source.Permuted(1, 0, 2, 3),
        "permuted 2,3,0,1" => Source.Permuted(2, 3, 0, 1),
        "even of axis 2" => Source.Sliced(2, 0, 2, step: 2),
        "odd of the transposed" => Source.Transposed().Sliced(2, 1, 2, step: 2),
        "last half of axis -1" => Source.Sliced(-1, 3, 2),
        "one row" => Source.Sliced(0, 1, 1).Sliced(1, 2, 1).Sliced(2, 3, 1),
        _ => Source.Sliced(-1, 4, 1),
    };

    private static int At(int a, int b, int c, int d) => (((((a * 3) + b) * 4) + c) * 5) + d;

    private static float[] Read(TensorSource source)
    {
        var numbers = new float[source.Count];
        source.Read(0, MemoryMarshal.AsBytes(numbers.AsSpan()));
        return numbers;
    }

    private static IEnumerable<int[]> Indices(int[] shape)
    {
        var count = shape.Aggregate(1, (product, size) => product * size);
        for (var number = 0; number < count; number++)
        {
            var index = new int[shape.Length];
            var rest = number;
            for (var axis = shape.Length - 1; axis >= 0; axis--)
            {
                index[axis] = rest % shape[axis];
                rest /= shape[axis];
            }

            yield return index;
        }
    }
}
