using GGUFPacker.Estimation.Allocation;
using GGUFPacker.Estimation.Graphs;
using GGUFPacker.Estimation.Scheduling;
using GGUFPacker.Estimation.Tests.Graphs;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Tests.Scheduling;

public class GraphSchedulerTests
{
    private const int DeviceBackend = 0;
    private const int HostBackend = 1;

    private readonly SmallGraph _graph = new();

    [Fact]
    public void A_product_runs_where_its_weight_is_and_gets_a_copy_of_the_input()
    {
        var input = _graph.Input(64, 4);
        var product = _graph.G.MulMat(_graph.Weight(SmallGraph.Device, 64, 32), input);
        var scheduled = _graph.Schedule(SmallGraph.Both, product);
        Assert.Equal(DeviceBackend, scheduled.Backends[product.Id]);
        Assert.Equal(HostBackend, scheduled.Backends[input.Id]);
        Assert.NotSame(input, product.Sources[1]);
        Assert.Equal(1, scheduled.SplitCount);

        // The input on the host; its copy and the result on the device.
        Assert.Equal([(64 * 4 * 4) + (32 * 4 * 4), 64 * 4 * 4], GraphAllocator.Reserve(scheduled, [SmallGraph.Device, SmallGraph.Host]));
    }

    [Fact]
    public void Operations_between_those_of_a_device_run_there_too()
    {
        var weight = _graph.Weight(SmallGraph.Device, 64, 64);
        var first = _graph.G.MulMat(weight, _graph.Input(64));
        var between = _graph.G.Unary(first);
        var last = _graph.G.MulMat(weight, between);
        var scheduled = _graph.Schedule(SmallGraph.Both, last);
        Assert.Equal(DeviceBackend, scheduled.Backends[between.Id]);
        Assert.Equal(1, scheduled.SplitCount);
    }

    [Theory]
    [InlineData(31, true, HostBackend)]
    [InlineData(32, true, DeviceBackend)]
    [InlineData(32, false, HostBackend)]
    public void A_large_batch_takes_the_hosts_weights_to_the_device(int tokens, bool offload, int expected)
    {
        var product = _graph.G.MulMat(_graph.Weight(SmallGraph.Host, 64, 64), _graph.Input(64, tokens));
        Assert.Equal(expected, _graph.Schedule(SmallGraph.Both, product, offload: offload).Backends[product.Id]);
    }

    [Fact]
    public void The_memory_of_weights_that_are_taken_along_is_used_again_by_the_next_ones()
    {
        var x = _graph.Input(64, 32);
        for (var i = 0; i < 3; i++)
        {
            x = _graph.G.MulMat(_graph.Weight(SmallGraph.Host, 64, 64), x);
        }

        var scheduled = _graph.Schedule(SmallGraph.Both, x);
        Assert.Equal(3, scheduled.SplitCount);
        const long Weight = 64 * 64 * 4;
        const long Result = 64 * 32 * 4;
        var device = GraphAllocator.Reserve(scheduled, [SmallGraph.Device, SmallGraph.Host])[DeviceBackend];
        Assert.InRange(device, Weight + (2 * Result), (2 * Weight) + (2 * Result));
    }

    [Fact]
    public void Weights_in_the_layout_of_the_hosts_kernels_stay_there()
    {
        var repacked = new BufferType { Name = "repacked", IsCpuExtra = true, Alignment = 32 };
        var product = _graph.G.MulMat(_graph.Weight(repacked, 64, 64), _graph.Input(64, 512));
        Assert.Equal(HostBackend, _graph.Schedule(SmallGraph.Both, product).Backends[product.Id]);
    }

    [Fact]
    public void A_pipeline_has_four_of_each_input_on_both_sides()
    {
        var product = _graph.G.MulMat(_graph.Weight(SmallGraph.Device, 64, 32), _graph.Input(64, 4));
        var scheduled = _graph.Schedule(SmallGraph.Both, product, GraphScheduler.PipelineCopies);
        const long Input = 64 * 4 * 4;
        Assert.Equal([(4 * Input) + (32 * 4 * 4), 4 * Input], GraphAllocator.Reserve(scheduled, [SmallGraph.Device, SmallGraph.Host]));
    }

    [Fact]
    public void What_a_device_has_no_kernel_for_runs_on_the_host()
    {
        // A cache of a type that the device cannot store rows in.
        var cache = _graph.G.Stored(TensorType.IQ2_XS, new Dimensions(256, 8), SmallGraph.Host, isWeight: false);
        var rows = _graph.G.MulMat(_graph.Weight(SmallGraph.Device, 64, 256), _graph.Input(64));
        var stored = _graph.G.SetRows(cache, rows, _graph.G.Input(TensorType.I64, 1));
        var scheduled = _graph.Schedule(SmallGraph.Both, stored);
        Assert.Equal(HostBackend, scheduled.Backends[stored.Id]);
        Assert.Equal(2, scheduled.SplitCount);
    }

    [Fact]
    public void A_wanted_backend_is_kept()
    {
        var product = _graph.G.MulMat(_graph.Weight(SmallGraph.Device, 64, 32), _graph.Input(64));
        var norm = _graph.G.RmsNorm(product);
        norm.WantedBackend = HostBackend;
        var scheduled = _graph.Schedule(SmallGraph.Both, norm);
        Assert.Equal(HostBackend, scheduled.Backends[norm.Id]);
        Assert.NotSame(product, norm.Sources[0]);
    }
}
