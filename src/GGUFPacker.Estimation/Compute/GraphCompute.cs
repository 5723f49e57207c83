using System.Collections.Immutable;
using GGUFPacker.Estimation.Allocation;
using GGUFPacker.Estimation.Graphs;
using GGUFPacker.Estimation.Models;
using GGUFPacker.Estimation.Placements;
using GGUFPacker.Estimation.Scheduling;

namespace GGUFPacker.Estimation.Compute;

/// <summary>
/// The exact size of the compute buffers, found as llama.cpp finds it when a context is made (llama_context::sched_reserve): the graphs of the largest batch
/// and of one token of each sequence are built, scheduled and allocated without memory, and for some families that of the largest batch of one sequence; a
/// buffer is as large as the largest needs it.
/// </summary>
/// <param name="template">What builds the graphs.</param>
/// <param name="otherwise">What estimates a model that is not shaped as the template expects.</param>
/// <param name="isExact">Whether the template's size is llama.cpp's.</param>
internal sealed class GraphCompute(Action<ModelGraph> template, IComputeEstimator otherwise, bool isExact) : IComputeEstimator
{
    // A family that is known by its tensors alone may do a little more than common ones do; too little memory is worse than too much.
    private const double Headroom = 1.05;

    private static readonly FusedOperations[] HyperConnections =
        [FusedOperations.HyperConnectionPre, FusedOperations.HyperConnectionCombine, FusedOperations.HyperConnectionPost];

    public bool KeepsFlashAttention(ComputeRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var probe = request with { Context = request.Context with { FlashAttention = true } };
        return OrOtherwise(
            () => RunsWithLayers(probe, new BackendSet(request.Placement), FusedOperations.FlashAttention), () => otherwise.KeepsFlashAttention(request));
    }

    public ComputeBuffers Estimate(ComputeRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return OrOtherwise(() => OfGraphs(request), () => otherwise.Estimate(request));
    }

    private static T OrOtherwise<T>(Func<T> ofGraphs, Func<T> otherwise)
    {
        try
        {
            return ofGraphs();
        }
        catch (UnknownGraphException)
        {
            return otherwise();
        }
        catch (ArithmeticException)
        {
            // A header may say anything: sizes beyond 64 bits, no heads at all.
            throw new EstimateException("The model's header has sizes of which no graph can be made.");
        }
    }

    private ComputeBuffers OfGraphs(ComputeRequest request)
    {
        var backends = new BackendSet(request.Placement);
        request = ResolveFusions(request, backends);
        var reserved = SizesOf(request).Select(size => Reserve(request, backends, size)).ToArray();
        var devices = Enumerable.Range(0, backends.Backends.Length - 1).ToArray();
        return new ComputeBuffers(
            WithHeadroom(reserved.Max(graph => graph.Bytes[^1])),
            [.. devices.Select(device => WithHeadroom(reserved.Max(graph => graph.Bytes[device])))],
            [.. devices.Select(device => Staging(reserved.MaxBy(graph => graph.Bytes[device]), device))],
            IsExact(request));
    }

    private long WithHeadroom(long bytes) => isExact ? bytes : (long)(bytes * Headroom);

    /// <summary>The probe of llama_context::resolve_fused_ops: the graph of one token of each sequence is scheduled with a fused operation.</summary>
    private bool RunsWithLayers(ComputeRequest request, BackendSet backends, FusedOperations operation)
    {
        long sequences = request.Context.Sequences;
        var graph = Build(request with { Context = request.Context with { DryRun = false } }, backends, GraphSize.Of(sequences, sequences, sequences));
        var assigned = BackendAssignment.Assign(backends.Backends, request.Context.OffloadOperations, graph.Graph, graph.G.Count);
        return graph.FusedNodes.Where(node => node.Operation == operation)
            .All(node => assigned[node.Result.Id] == backends.PlaceOf(request.Placement.LayerDevices[node.Layer]));
    }

    // One after the other: each probe has those that were kept before.
    private ComputeRequest ResolveFusions(ComputeRequest request, BackendSet backends)
    {
        if (request.Placement.Devices.IsEmpty || !Architectures.FusesHyperConnections(request.Shape.Architecture))
        {
            return request;
        }

        foreach (var operation in HyperConnections)
        {
            if (!RunsWithLayers(request, backends, operation))
            {
                request = request with { Fused = request.Fused & ~operation };
            }
        }

        return request;
    }

    // A dry run looks at the first graph alone.
    private static IEnumerable<GraphSize> SizesOf(ComputeRequest request)
    {
        var context = request.Context;
        long tokens = context.GraphTokens;
        var outputs = Math.Min(tokens, context.Outputs);
        yield return GraphSize.Of(tokens, context.Sequences, outputs);
        if (context.DryRun)
        {
            yield break;
        }

        yield return GraphSize.Of(context.Sequences, context.Sequences, context.Sequences);
        if (context.Sequences > 1 && Architectures.ReservesOneSequence(request.Shape.Architecture))
        {
            yield return GraphSize.Of(tokens, 1, outputs);
        }
    }

    // What the buffer would be smaller if copies took no memory.
    private static long Staging((long[] Bytes, long[] WithoutCopies) reserved, int device) =>
        Math.Max(0, reserved.Bytes[device] - reserved.WithoutCopies[device]);

    private (long[] Bytes, long[] WithoutCopies) Reserve(ComputeRequest request, BackendSet backends, GraphSize size)
    {
        var graph = Build(request, backends, size);
        var scheduler = new GraphScheduler(backends.Backends, request.Context.PipelineCopies, request.Context.OffloadOperations);
        var scheduled = scheduler.Schedule(graph.Graph, graph.G);
        var bytes = GraphAllocator.Reserve(scheduled, backends.Compute);
        return (bytes, backends.Backends.Length == 1 ? bytes : GraphAllocator.Reserve(scheduled, backends.Compute, withCopies: false));
    }

    private ModelGraph Build(ComputeRequest request, BackendSet backends, GraphSize size)
    {
        var graph = new ModelGraph(request, backends, size);
        template(graph);
        graph.Complete();
        return graph;
    }

    // What a drafter gets of several residual streams is not part of the templates.
    private bool IsExact(ComputeRequest request) => isExact && request.Placement.Devices.All(device => device.Device.Kind == ComputeDeviceKind.Cuda)
        && (request.Context.KeptLayerInputs.IsEmpty || !Architectures.HasResidualStreams(request.Shape.Architecture));
}
