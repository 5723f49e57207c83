using System.Collections.Immutable;
using GGUFPacker.Estimation.Caches;
using GGUFPacker.Estimation.Graphs;
using GGUFPacker.Estimation.Models;
using GGUFPacker.Estimation.Placements;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Compute;

/// <summary>
/// The size of the compute buffers for models whose layers are of no known kind: the inputs, which stay, and the largest of the three stages that any
/// transformer has: attention, feed-forward network, output. Stages follow each other, so their memory is the same.
/// </summary>
internal sealed class ClosedFormCompute : IComputeEstimator
{
    // Results that are alive beside those that are counted: views that keep their source, padding, holes between tensors.
    private const double Slack = 1.05;

    // Rows, of heads even, from which on the host's weights are brought to the first device rather than computed with where they are
    // (ggml_backend_cuda_device_offload_op).
    private const int OffloadedBatch = 32;

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
        var attention = Attention(request, tokens) + embeddings;
        var layers = Math.Max(attention, FeedForward(shape, tokens) + embeddings);
        var output = Output(shape, context, tokens);
        var staging = placement.Devices.Select(_ => 0L).ToImmutableArray();
        if (placement.Devices.IsEmpty)
        {
            return new ComputeBuffers(embeddings + inputs + WithSlack(Math.Max(layers, output)), staging, staging, IsExact: false);
        }

        // The host prepares the inputs, and computes what lies on it; a device that has any layer needs copies of the inputs besides its stages.
        var hostStages = placement.OutputDevice == Placement.Host ? output : 0;
        hostStages = context.OffloadCache ? hostStages : Math.Max(hostStages, attention);
        hostStages = HasHostLayers(placement) ? Math.Max(hostStages, layers) : hostStages;
        var onDevice = context.PipelineCopies * (embeddings + inputs);
        var devices = Enumerable.Range(0, staging.Length).Select(device => OnDevice(placement, device, onDevice, layers, output)).ToArray();
        var brought = context.OffloadOperations && tokens * shape.Heads.DefaultIfEmpty().Max() >= OffloadedBatch ? LargestHostWeight(placement) : 0;
        if (brought > 0)
        {
            devices[0] = Math.Max(devices[0], embeddings + inputs + WithSlack(layers)) + brought;
        }

        return new ComputeBuffers(embeddings + inputs + WithSlack(hostStages), [.. devices], [brought, .. staging.Skip(1)], IsExact: false);
    }

    private static bool HasHostLayers(Placement placement) =>
        placement.LayerDevices.Contains(Placement.Host) || (placement.HasOverrides && LargestHostWeight(placement) > 0);

    /// <summary>The largest matrix of a layer that lies on the host; each is brought when it is needed, and then forgotten.</summary>
    private static long LargestHostWeight(Placement placement) =>
        placement.Weights
            .Where(weight => weight.Layer >= 0 && weight.Device == Placement.Host)
            .Select(weight => weight.Tensor.ByteLength)
            .DefaultIfEmpty()
            .Max();

    /// <summary>What is made of a whole cache before it is attended to: F32 in F16; latent values, which lie among the keys, turned.</summary>
    private static long CacheCopies(AttentionCache cache, AttentionCacheLayer layer, bool isFused)
    {
        var values = layer.ValueColumns == 0 ? layer.KeyColumns : layer.ValueColumns;
        var cells = cache.Cells * cache.Streams;
        if (!isFused)
        {
            return layer.ValueColumns == 0 ? cells * TypeSizes.RowBytes(cache.KeyType, values) : 0;
        }

        var valueType = layer.ValueColumns == 0 ? cache.KeyType : cache.ValueType;
        return cells * (InHalf(cache.KeyType, layer.KeyColumns) + InHalf(valueType, values));

        static long InHalf(TensorType type, long columns) => type == TensorType.F32 ? 2 * columns : 0;
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
                var results = (long)heads * Math.Max(shape.LatentKeyLength, shape.ValueLength(layer.Layer));
                var rows = (2L * heads * shape.KeyLength(layer.Layer)) + (2 * layer.KeyColumns) + (2 * layer.ValueColumns) + results;
                var scores = context.FlashAttention ? 0 : heads * cache.Cells;
                var indexed = shape.IndexerTop > 0 ? Indexed(shape, cache) : 0;
                most = Math.Max(most, (sizeof(float) * tokens * (rows + scores + indexed)) + CacheCopies(cache, layer, context.FlashAttention));
            }
        }

        if (request.Caches.Attention.IsEmpty && request.Caches.Recurrent is null && shape.Layers > 0)
        {
            // An encoder: the batch's tokens see each other.
            var scores = context.FlashAttention ? 0 : tokens;
            most = sizeof(float) * tokens * shape.Heads[0] * (scores + (4L * Math.Max(shape.FullKeyLength, shape.FullValueLength)));
        }

        if (request.Caches.Recurrent is { } recurrent)
        {
            var inner = Math.Max(shape.InnerLength, shape.Heads[0] * shape.DeltaHeadLength);
            var states = (recurrent.RollingColumns + recurrent.StateColumns) * recurrent.Rows;
            most = Math.Max(most, sizeof(float) * ((2 * states) + (tokens * ((6L * inner) + (2L * shape.EmbeddingLength)))));
        }

        return most;
    }

    // An indexer's queries, of which two copies are alive, with a part of the scores; or the scores, their order and the masks.
    private static long Indexed(ModelShape shape, AttentionCache cache) =>
        Math.Max((2L * shape.IndexerHeads * shape.IndexerKeyLength) + (2 * cache.Cells), 5 * cache.Cells);

    /// <summary>The hidden rows before and after the activation; of experts those of all that a token uses, and their results.</summary>
    private static long FeedForward(ModelShape shape, long tokens)
    {
        var most = 0L;
        for (var layer = 0; layer < shape.TrunkLayers; layer++)
        {
            var dense = shape.EmbeddingLength + (3L * shape.FeedForward[layer]);
            long used = shape.ExpertsUsed[layer];
            var gates = used == 0 ? 0 : shape.EmbeddingLength + (2L * shape.Experts);
            var experts = (used * ((3L * shape.ExpertFeedForward[layer]) + shape.EmbeddingLength)) + gates;
            most = Math.Max(most, Math.Max(dense, experts));
        }

        return sizeof(float) * tokens * most;
    }

    private static long Output(ModelShape shape, ResolvedContext context, long tokens) =>
        sizeof(float) * Math.Min(tokens, context.Outputs) * ((long)shape.Vocabulary + shape.EmbeddingLength);

    private static long WithSlack(long bytes) => (long)(bytes * Slack);
}
