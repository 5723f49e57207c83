using System.Collections.Immutable;
using GGUFPacker.Estimation.Allocation;
using GGUFPacker.Estimation.Graphs;
using GGUFPacker.Estimation.Scheduling;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Tests.Graphs;

/// <summary>A graph of a few operations, for one device and the host.</summary>
internal sealed class SmallGraph
{
    public static readonly BufferType Host = new() { Name = "host", IsHost = true, Alignment = 32 };

    public static readonly BufferType Device = new() { Name = "device", Device = 0, Alignment = 128 };

    public static readonly ImmutableArray<Backend> HostAlone = [new Backend { Device = -1, Compute = Host }];

    public static readonly ImmutableArray<Backend> Both = [new Backend { Device = 0, Compute = Device, OffloadBatch = 32 }, new Backend { Device = -1, Compute = Host }];

    public GraphBuilder G { get; } = new();

    public ComputeGraph Graph { get; } = new();

    public GraphTensor Weight(BufferType buffer, long columns, long rows) => G.Stored(TensorType.F32, new Dimensions(columns, rows), buffer, isWeight: true);

    public GraphTensor Input(long columns, long rows = 1) => G.Input(TensorType.F32, columns, rows);

    public ScheduledGraph Schedule(ImmutableArray<Backend> backends, GraphTensor result, int copies = 1, bool offload = true)
    {
        Graph.Expand(result);
        return new GraphScheduler(backends, copies, offload).Schedule(Graph, G);
    }

    /// <summary>The bytes that the graph takes on the host when nothing else is there.</summary>
    public long HostBytes(GraphTensor result) => GraphAllocator.Reserve(Schedule(HostAlone, result), [Host])[0];
}
