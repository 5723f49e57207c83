using System.Collections.Immutable;
using GGUFPacker.Estimation.Models;
using GGUFPacker.Estimation.Placements;

namespace GGUFPacker.Estimation.Compute;

/// <summary>
/// The size of the compute buffers for models whose layers are of no known kind: the inputs, which stay, and the largest of the three stages that any
/// transformer has: attention, feed-forward network, output. Stages follow each other, so their memory is the same.
/// </summary>
internal sealed class ClosedFormCompute : IComputeEstimator
{
    // Results that are alive beside those that are counted: views that keep their source, padding, holes between tensors.
    private const double Slack = 1.05;

    public bool KeepsFlashAttention(ComputeRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Context.OffloadCache || request.Placement.LayerDevices.All(device => device == Placement.Host);
    }

    public ComputeBuffers Estimate(ComputeRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (shape, context, placement) = (request.Shape, request.Context, request.Placement);
        long tokens = context.GraphTokens;
        var embeddings = sizeof(float) * tokens * shape.EmbeddingLength;
        var masks = request.Caches.Attention.Sum(cache => (context.FlashAttention ? 2L : sizeof(float)) * cache.Cells * tokens);
        var inputs = masks + (sizeof(long) * 2 * tokens * Math.Max(1, request.Caches.Attention.Length));
        var layers = Math.Max(Attention(request, tokens), FeedForward(shape, tokens)) + embeddings;
        var output = Output(shape, context, tokens);
        var staging = placement.Devices.Select(_ => 0L).ToImmutableArray();
        if (placement.Devices.IsEmpty)
        {
            return new ComputeBuffers(embeddings + inputs + WithSlack(Math.Max(layers, output)), staging, staging, IsExact: false);
        }

        // The host prepares the inputs, and computes what lies on it; a device that has any layer needs copies of the inputs besides its stages.
        var hostStages = placement.OutputDevice == Placement.Host ? output : 0;
        hostStages = placement.LayerDevices.Contains(Placement.Host) ? Math.Max(hostStages, layers) : hostStages;
        return new ComputeBuffers(
            embeddings + inputs + WithSlack(hostStages),
            [.. Enumerable.Range(0, staging.Length).Select(device => OnDevice(placement, device, context.PipelineCopies * (embeddings + inputs), layers, output))],
            staging,
            IsExact: false);
    }

    private static long OnDevice(Placement placement, int device, long inputs, long layers, long output)
    {
        var stages = Math.Max(placement.LayerDevices.Contains(device) ? layers : 0, placement.OutputDevice == device ? output : 0);
        return stages == 0 ? 0 : inputs + WithSlack(stages);
    }

    /// <summary>Queries, keys, values and the result; the scores of all heads unless they are fused, and an indexer's.</summary>
    private static long Attention(ComputeRequest request, long tokens)
    {
        var (shape, context) = (request.Shape, request.Context);
        var most = 0L;
        foreach (var cache in request.Caches.Attention)
        {
            foreach (var layer in cache.Layers)
            {
                var heads = shape.Heads[layer.Layer];
                var rows = (2L * heads * shape.KeyLength(layer.Layer)) + (2 * layer.KeyColumns) + (2 * layer.ValueColumns) + ((long)heads * Math.Max(shape.LatentKeyLength, shape.ValueLength(layer.Layer)));
                var scores = context.FlashAttention ? 0 : heads * cache.Cells;
                var indexed = shape.IndexerTop > 0 ? (shape.IndexerHeads + 3L) * cache.Cells : 0;
                most = Math.Max(most, sizeof(float) * tokens * (rows + scores + indexed));
            }
        }

        if (request.Caches.Recurrent is { } recurrent)
        {
            var states = (recurrent.RollingColumns + recurrent.StateColumns) * recurrent.Rows;
            most = Math.Max(most, sizeof(float) * ((2 * states) + (tokens * ((6L * shape.InnerLength) + (2L * shape.EmbeddingLength)))));
        }

        return most;
    }

    /// <summary>The hidden rows before and after the activation; of experts those of all that a token uses, and their results.</summary>
    private static long FeedForward(ModelShape shape, long tokens)
    {
        var most = 0L;
        for (var layer = 0; layer < shape.TrunkLayers; layer++)
        {
            var dense = shape.EmbeddingLength + (3L * shape.FeedForward[layer]);
            long used = shape.ExpertsUsed[layer];
            var experts = used * ((3L * shape.ExpertFeedForward[layer]) + shape.EmbeddingLength) + (used == 0 ? 0 : shape.EmbeddingLength + (2L * shape.Experts));
            most = Math.Max(most, Math.Max(dense, experts));
        }

        return sizeof(float) * tokens * most;
    }

    private static long Output(ModelShape shape, ResolvedContext context, long tokens) =>
        sizeof(float) * Math.Min(tokens, context.Outputs) * ((long)shape.Vocabulary + shape.EmbeddingLength);

    private static long WithSlack(long bytes) => (long)(bytes * Slack);
}
