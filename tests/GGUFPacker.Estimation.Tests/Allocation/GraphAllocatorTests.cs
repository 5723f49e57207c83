using GGUFPacker.Estimation.Tests.Graphs;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Tests.Allocation;

/// <summary>Tensors of 1024 bytes: what a graph takes says which of them share memory.</summary>
public class GraphAllocatorTests
{
    private const int Columns = 256;
    private const long Unit = 1024;

    private readonly SmallGraph _graph = new();

    [Fact]
    public void A_result_takes_over_the_memory_of_an_operand_that_is_not_needed_again()
    {
        var x = _graph.G.Cont(_graph.Input(Columns));
        Assert.Equal(2 * Unit, _graph.HostBytes(_graph.G.Scale(_graph.G.Unary(x))));
    }

    [Fact]
    public void An_input_keeps_its_memory_until_its_last_use()
    {
        var input = _graph.Input(Columns);
        var x = _graph.G.Cont(input);
        Assert.Equal(2 * Unit, _graph.HostBytes(_graph.G.Add(x, input)));
    }

    [Fact]
    public void An_operand_that_is_needed_later_is_not_overwritten()
    {
        var x = _graph.G.Cont(_graph.Input(Columns));
        var y = _graph.G.Unary(x);
        var z = _graph.G.MulMat(y, x);
        Assert.Equal((3 * Unit) - Unit + 32, _graph.HostBytes(z));
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 3)]
    public void An_output_is_never_overwritten(bool isOutput, int units)
    {
        var input = _graph.Input(Columns);
        var x = _graph.G.Norm(input);
        x.IsOutput = isOutput;
        Assert.Equal(units * Unit, _graph.HostBytes(_graph.G.Add(_graph.G.Unary(x), input)));
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 3)]
    public void A_view_lends_no_memory(bool reshapes, int units)
    {
        var input = _graph.Input(Columns);
        var x = _graph.G.Norm(input);
        var y = _graph.G.Unary(reshapes ? _graph.G.Reshape(x, Columns) : x);
        Assert.Equal(units * Unit, _graph.HostBytes(_graph.G.Add(y, input)));
    }

    [Fact]
    public void An_operand_of_another_shape_is_not_taken_over()
    {
        var large = _graph.G.Reshape(_graph.Input(Columns, 2), Columns, 2);
        var small = _graph.G.Norm(_graph.Input(Columns));

        // Two inputs of two units and one, the norm, and the sum, for which the second input's memory is too small.
        Assert.Equal(6 * Unit, _graph.HostBytes(_graph.G.Add(large, small)));
    }

    [Fact]
    public void Weights_and_caches_take_none()
    {
        var weight = _graph.Weight(SmallGraph.Host, Columns, 4096);
        var product = _graph.G.MulMat(weight, _graph.Input(Columns));
        Assert.Equal(Unit + (4096 * sizeof(float)), _graph.HostBytes(product));
    }

    [Fact]
    public void A_leaf_that_nothing_uses_keeps_its_memory()
    {
        _graph.Graph.Expand(_graph.Input(Columns));
        var x = _graph.G.Cont(_graph.G.Input(TensorType.F32, Columns));
        Assert.Equal(3 * Unit, _graph.HostBytes(x));
    }

    [Fact]
    public void A_chain_of_any_length_needs_two_units_at_a_time()
    {
        var x = _graph.Input(Columns);
        for (var i = 0; i < 50; i++)
        {
            x = _graph.G.Norm(x);
        }

        // The input is free after the first norm.
        Assert.Equal(2 * Unit, _graph.HostBytes(x));
    }
}
