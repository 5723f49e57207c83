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
    private const int Chunk = 64;

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
                var indexed = shape.IndexerTop > 0 ? Indexed(shape, cache.Cells) : 0;
                most = Math.Max(most, sizeof(float) * tokens * (rows + scores + indexed));
            }
        }

        if (request.Caches.Recurrent is { } recurrent)
        {
            // Linear attention works on chunks of each sequence, which are filled up.
            var perSequence = (tokens + context.Sequences - 1) / context.Sequences;
            var padded = shape.DeltaHeadLength > 0 ? (perSequence + Chunk - 1) / Chunk * Chunk * context.Sequences : tokens;
            var inner = Math.Max(shape.InnerLength, shape.Heads[0] * Math.Max(shape.DeltaHeadLength, shape.LinearHeadLength));
            var decay = shape.LinearHeadLength > 0 ? tokens * tokens * shape.Heads[0] : 0;
            var states = (recurrent.RollingColumns + recurrent.StateColumns) * recurrent.Rows;
            most = Math.Max(most, sizeof(float) * ((2 * states) + decay + (padded * ((6L * inner) + (2L * shape.EmbeddingLength)))));
        }

        return most;
    }

    // An indexer's queries, of which three copies are alive; or the scores, their order and the masks made of it. Qwen 4's keeps the scores of all its heads.
    private static long Indexed(ModelShape shape, long cells) =>
        Math.Max(3L * shape.IndexerHeads * shape.IndexerKeyLength, (shape.Architecture == "qwen4exp" ? shape.IndexerHeads + 2L : 5) * cells);

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
