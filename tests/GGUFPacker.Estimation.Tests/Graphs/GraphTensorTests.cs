using GGUFPacker.Estimation.Graphs;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Tests.Graphs;

public class GraphTensorTests
{
    private readonly GraphBuilder _g = new();

    [Fact]
    public void Bytes_count_blocks_and_strides()
    {
        Assert.Equal(34 * 2 * 3, _g.NewTensor(TensorType.Q8_0, 64, 3).ByteCount);
        var x = _g.NewTensor(TensorType.F32, 10, 4);

        // To the last element of the last row, not to the end of its source's row.
        Assert.Equal((3 * 40) + (6 * 4), _g.View2D(x, 6, 4, 40, 0).ByteCount);
        Assert.Equal(0, _g.View1D(x, 0, 0).ByteCount);
    }

    [Fact]
    public void A_view_of_a_view_is_a_view_of_the_source()
    {
        var x = _g.NewTensor(TensorType.F32, 16);
        var view = _g.View1D(_g.View1D(x, 8, 16), 4, 8);
        Assert.Same(x, view.ViewSource);
        Assert.Equal(24, view.ViewOffset);
    }

    [Fact]
    public void Permuted_and_transposed_tensors_have_the_strides_of_their_source()
    {
        var x = _g.NewTensor(TensorType.F32, 2, 3, 5);
        var permuted = _g.Permute(x, 0, 2, 1, 3);
        Assert.True(permuted.Ne.Matches(new Dimensions(2, 5, 3)));
        Assert.Equal((8, 24), (permuted.Nb[2], permuted.Nb[1]));
        Assert.False(permuted.IsContiguous);
        Assert.False(_g.Transpose(x).HasContiguousRows);
        Assert.True(_g.Cont(permuted).IsContiguous);
    }

    [Fact]
    public void Sources_come_before_what_uses_them_from_left_to_right()
    {
        var (a, b) = (_g.Unary(_g.NewTensor(TensorType.F32, 4)), _g.Unary(_g.NewTensor(TensorType.F32, 4)));
        var sum = _g.Add(a, b);
        var graph = new ComputeGraph();
        graph.Expand(b);
        graph.Expand(sum);
        Assert.Equal([b, a, sum], graph.Nodes);
        Assert.Equal(2, graph.Leafs.Count);
    }

    [Fact]
    public void Sizes_beyond_64_bits_are_an_error() =>
        Assert.Throws<OverflowException>(() => _g.NewTensor(TensorType.F32, long.MaxValue / 8, 16).ByteCount);
}
