using System.Collections.Immutable;
using GGUFPacker.Estimation.Placements;

namespace GGUFPacker.Estimation.Compute;

/// <summary>The size of the compute buffers by the few tensors that are the largest of any transformer's graph.</summary>
internal sealed class ClosedFormCompute : IComputeEstimator
{
    // With the cache on the host, attention runs there.
    public bool KeepsFlashAttention(ComputeRequest request) =>
        request.Context.OffloadCache || request.Placement.LayerDevices.All(device => device == Placement.Host);

    public ComputeBuffers Estimate(ComputeRequest request)
    {
        var (shape, context, placement) = (request.Shape, request.Context, request.Placement);
        long tokens = context.GraphTokens;
        var outputs = Math.Min(tokens, context.Outputs);
        var logits = sizeof(float) * outputs * ((long)shape.Vocabulary + shape.EmbeddingLength);
        var feedForward = sizeof(float) * tokens * (shape.EmbeddingLength + (3L * shape.FeedForward.Max()));
        var device = Math.Max(logits, feedForward);
        var input = sizeof(float) * tokens * shape.EmbeddingLength;
        var none = placement.Devices.Select(_ => 0L).ToImmutableArray();
        return placement.Devices.IsEmpty
            ? new ComputeBuffers(device + input, none, none, IsExact: false)
            : new ComputeBuffers(input, [.. none.Select(_ => device)], none, IsExact: false);
    }
}
