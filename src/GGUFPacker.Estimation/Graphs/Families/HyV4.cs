using GGUFPacker.Estimation.Graphs.Layers;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>hy_v4</c>: HunYuan 4 (src/models/hy-v4.cpp): several residual streams, latent attention with sinks and a gate, to what an indexer chooses if
/// the model has one.
/// </summary>
internal static class HyV4
{
    public static void Build(ModelGraph graph)
    {
        var (g, shape) = (graph.G, graph.Shape);
        var streams = new ResidualStreams(graph);
        var x = graph.InputEmbeddings();
        var positions = graph.InputPositions();
        var sparse = shape.IndexerTop > 0 ? SparseAttention.Inputs(graph, rotates: false) : null;
        var full = sparse is null ? graph.InputAttention() : null;
        var outputIds = graph.InputOutputIds();
        var all = streams.Begin(x);
        GraphTensor? cells = null;
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            x = graph.RmsNorm(streams.Take(all, layer, "hc_attn", out var post), graph.Weight(layer, "attn_norm"), layer);
            var compressed = LatentAttention.CompressQueries(graph, x, layer);
            if (sparse is not null && shape.IndexerLayers[layer])
            {
                cells = SparseAttention.ChooseCells(graph, sparse, x, compressed, positions, layer);
            }

            var parts = LatentAttention.Absorb(
                graph, x, g.MulMat(graph.Weight(layer, "attn_q_b"), compressed), positions, layer, shape.LatentKeyLength, shape.KeyValueRank);
            var sinks = graph.Weight(layer, "attn_sinks");
            var result = sparse is null
                ? graph.AttentionCore(full!, parts.Query, parts.Key, parts.Latent, layer, sinks, graph.Weight(layer, "attn_v_b"))
                : SparseAttention.Attend(
                    graph, sparse, parts, cells ?? throw new UnknownGraphException($"Layer {layer} has no indexer before it."), layer, sinks);
            result = g.Mul(result, g.Unary(g.MulMat(graph.Weight(layer, "attn_gate"), x)));
            all = streams.Put(g.MulMat(graph.Weight(layer, "attn_output"), result), all, post);

            x = graph.RmsNorm(streams.Take(all, layer, "hc_ffn", out post), graph.Weight(layer, "ffn_norm"), layer);
            all = streams.Put(SharedExpertNetwork.Build(graph, x, layer, ExpertGating.None), all, post);
        }

        x = streams.End(all, outputIds);
        graph.FinishWithLogits(graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1));
    }
}
