using GGUFPacker.Estimation.Graphs.Layers;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>dots3note</c> (src/models/dots3note.cpp): latent attention, to a window in some layers and to what an indexer chooses in the others; a gate
/// for each head's result.
/// </summary>
internal static class Dots3Note
{
    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var x = graph.InputEmbeddings();
        var positions = graph.InputPositions();
        var sparse = SparseAttention.Inputs(graph);
        var window = graph.InputAttention(Caches.AttentionCacheKind.SlidingWindow);
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            x = Gate(graph, Attend(graph, sparse, window, x, positions, layer), x, layer);
            graph.TakeOutputs(layer, outputIds, ref x, ref residual);

            var attended = g.Add(x, residual);
            x = graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer);
            x = g.Add(SharedExpertNetwork.Build(graph, x, layer, ExpertGating.None), attended);
        }

        graph.FinishWithLogits(graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1));
    }

    private static GraphTensor Attend(ModelGraph graph, SparseInputs sparse, AttentionInputs window, GraphTensor x, GraphTensor positions, int layer)
    {
        var shape = graph.Shape;
        var compressed = LatentAttention.CompressQueries(graph, x, layer);
        var isWindowed = shape.SlidingWindowLayers[layer];
        var cells = isWindowed ? null : SparseAttention.ChooseCells(graph, sparse, x, compressed, positions, layer);
        var parts = LatentAttention.Absorb(
            graph,
            x,
            graph.G.MulMat(graph.Weight(layer, "attn_q_b"), compressed),
            positions,
            layer,
            isWindowed ? shape.WindowLatentKeyLength : shape.LatentKeyLength,
            isWindowed ? shape.WindowKeyValueRank : shape.KeyValueRank);
        return cells is null
            ? graph.AttentionCore(window, parts.Query, parts.Key, parts.Latent, layer, latentValues: graph.Weight(layer, "attn_v_b"))
            : SparseAttention.Attend(graph, sparse, parts, cells, layer);
    }

    private static GraphTensor Gate(ModelGraph graph, GraphTensor result, GraphTensor x, int layer)
    {
        var g = graph.G;
        long heads = graph.Shape.Heads[layer];
        var gate = g.Unary(g.MulMat(graph.Weight(layer, "attn_gate"), x));
        var byHead = g.Reshape(result, result.Ne[0] / heads, heads, graph.Tokens);
        byHead = g.Mul(byHead, g.Reshape(gate, 1, heads, graph.Tokens));
        return graph.AttentionOutput(g.Reshape(byHead, result.Ne[0], graph.Tokens), layer);
    }
}
