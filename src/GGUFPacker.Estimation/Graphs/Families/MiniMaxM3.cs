using GGUFPacker.Estimation.Graphs.Layers;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>minimax-m3</c> (src/models/minimax-m3.cpp): attention to chosen blocks of positions in the layers with experts. It needs the fused attention,
/// and sequences that do not share their cells; otherwise all layers attend to everything.
/// </summary>
internal static class MiniMaxM3
{
    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var x = graph.InputEmbeddings();
        var positions = graph.InputPositions();
        var inputs = graph.InputAttention();
        var isSparse = graph.Context.FlashAttention && (graph.Context.Sequences == 1 || !graph.Context.UnifiedCache);
        var blocks = isSparse ? new BlockSparseAttention(graph, inputs) : null;
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            var (q, k, v) = graph.QueryKeyValue(x, layer);
            q = g.Rope(graph.RmsNorm(q, graph.Weight(layer, "attn_q_norm"), layer), positions);
            k = g.Rope(graph.RmsNorm(k, graph.Weight(layer, "attn_k_norm"), layer), positions);
            x = blocks is null || layer < graph.Shape.DenseLeadLayers
                ? graph.Attention(inputs, q, k, v, layer)
                : graph.AttentionOutput(blocks.Attend(x, q, k, v, positions, layer), layer);
            graph.TakeOutputs(layer, outputIds, ref x, ref residual);

            var attended = g.Add(x, residual);
            x = graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer);
            x = g.Add(SharedExpertNetwork.Build(graph, x, layer, ExpertGating.None), attended);
        }

        graph.FinishWithLogits(graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1));
    }
}
