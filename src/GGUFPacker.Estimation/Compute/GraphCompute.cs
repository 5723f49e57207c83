using System.Collections.Immutable;
using GGUFPacker.Estimation.Allocation;
using GGUFPacker.Estimation.Graphs;
using GGUFPacker.Estimation.Placements;
using GGUFPacker.Estimation.Scheduling;

namespace GGUFPacker.Estimation.Compute;

/// <summary>
/// The exact size of the compute buffers, found as llama.cpp finds it when a context is made (llama_context::sched_reserve): the graphs of the largest batch and of one token
/// of each sequence are built, scheduled and allocated without memory; a buffer is as large as the larger of the two needs it.
/// </summary>
/// <param name="template">What builds the graphs.</param>
/// <param name="otherwise">What estimates a model that is not shaped as the template expects.</param>
/// <param name="exactness">Where the template's size is llama.cpp's.</param>
internal sealed class GraphCompute(Action<ModelGraph> template, IComputeEstimator otherwise, GraphExactness exactness) : IComputeEstimator
{
    /// <summary>The probe of llama_context::resolve_fused_ops: the graph of one token of each sequence is scheduled with the fused attention.</summary>
    public bool KeepsFlashAttention(ComputeRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        long sequences = request.Context.Sequences;
        var backends = new BackendSet(request.Placement);
        var probe = request with { Context = request.Context with { FlashAttention = true, DryRun = false } };
        try
        {
            var graph = Build(probe, backends, GraphSize.Of(sequences, sequences, sequences));
            var assigned = BackendAssignment.Assign(backends.Backends, request.Context.OffloadOperations, graph.Graph, graph.G.Count);
            return graph.FusedAttentions.All(fused => assigned[fused.Attention.Id] == backends.PlaceOf(request.Placement.LayerDevices[fused.Layer]));
        }
        catch (UnknownGraphException)
        {
            return otherwise.KeepsFlashAttention(request);
        }
    }

    public ComputeBuffers Estimate(ComputeRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            return OfGraphs(request);
        }
        catch (UnknownGraphException)
        {
            return otherwise.Estimate(request);
        }
    }

    private ComputeBuffers OfGraphs(ComputeRequest request)
    {
        var context = request.Context;
        var backends = new BackendSet(request.Placement);
        long tokens = context.GraphTokens;
        var prompt = Reserve(request, backends, GraphSize.Of(tokens, context.Sequences, Math.Min(tokens, context.Outputs)));
        var generation = context.DryRun ? prompt : Reserve(request, backends, GraphSize.Of(context.Sequences, context.Sequences, context.Sequences));
        var devices = backends.Backends.Length - 1;
        return new ComputeBuffers(
            Math.Max(prompt[^1], generation[^1]),
            [.. Enumerable.Range(0, devices).Select(device => Math.Max(prompt[device], generation[device]))],
            [.. Enumerable.Repeat(0L, devices)],
            IsExact(request.Placement));
    }

    private long[] Reserve(ComputeRequest request, BackendSet backends, GraphSize size)
    {
        var graph = Build(request, backends, size);
        var scheduler = new GraphScheduler(backends.Backends, request.Context.PipelineCopies, request.Context.OffloadOperations);
        return GraphAllocator.Reserve(scheduler.Schedule(graph.Graph, graph.G), backends.Compute);
    }

    private ModelGraph Build(ComputeRequest request, BackendSet backends, GraphSize size)
    {
        var graph = new ModelGraph(request, backends, size);
        template(graph);
        graph.Complete();
        return graph;
    }

    private bool IsExact(Placement placement) => exactness switch
    {
        GraphExactness.Everywhere => placement.Devices.All(device => device.Device.Kind == ComputeDeviceKind.Cuda),
        GraphExactness.OnHost => placement.Devices.IsEmpty,
        _ => false,
    };
}
