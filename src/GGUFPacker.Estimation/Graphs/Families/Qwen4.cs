using GGUFPacker.Estimation.Graphs.Layers;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>qwen4exp</c> (src/models/qwen4exp.cpp): residual streams, linear attention in most layers, sparse attention in the others, embeddings of runs
/// of tokens.
/// </summary>
internal static class Qwen4
{
    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var x = graph.InputEmbeddings();
        var recurrent = graph.InputRecurrent();
        var attention = graph.InputAttention();
        var positions = graph.InputPositions();
        var outputIds = graph.InputOutputIds();
        var streams = new GatedStreams(graph);
        var indexer = new PooledIndexer(graph);
        var runs = graph.Caches.States.IsEmpty ? null : new NGramEmbedding(graph, streams, recurrent);
        var embeddings = runs?.Embed();
        var all = streams.Begin(x);
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            if (runs is not null && graph.FindWeight(layer, "ple_key") is not null)
            {
                all = runs.Add(embeddings!, all, layer);
            }

            x = streams.Take(all, layer, "hc_attn", out var inject);
            graph.Expand(x);
            x = graph.Shape.RecurrentLayers[layer]
                ? DeltaNetLayer.Build(graph, recurrent, x, layer, isFirst: false, copiesTails: true)
                : Attend(graph, attention, indexer, x, positions, layer);
            if (layer == graph.Layers - 1)
            {
                x = g.GetRows(x, outputIds);
                inject = g.GetRows(inject, outputIds);
                all = streams.Choose(all, outputIds);
            }

            all = streams.Put(x, all, inject, layer);
            x = streams.Take(all, layer, "hc_ffn", out inject);
            all = streams.Put(QwenHybrid.FeedForward(graph, x, layer), all, inject, layer);
            graph.KeepOnLayer(all, layer);
        }

        graph.FinishWithLogits(streams.End(all));
    }

    private static GraphTensor Attend(ModelGraph graph, AttentionInputs inputs, PooledIndexer indexer, GraphTensor x, GraphTensor positions, int layer)
    {
        var (g, shape) = (graph.G, graph.Shape);
        long length = shape.KeyLength(layer);
        long heads = shape.Heads[layer];
        var cells = indexer.ChooseCells(x, positions, inputs.Mask, layer);
        var both = Project("attn_q");
        var (head, token) = (2 * length * both.Nb[0], 2 * length * heads * both.Nb[0]);
        var q = graph.RmsNorm(g.View3D(both, length, heads, graph.Tokens, head, token, 0), graph.Weight(layer, "attn_q_norm"), layer);
        var k = graph.RmsNorm(g.Reshape(Project("attn_k"), length, shape.KeyValueHeads[layer], graph.Tokens), graph.Weight(layer, "attn_k_norm"), layer);
        var v = g.Reshape(Project("attn_v"), length, shape.KeyValueHeads[layer], graph.Tokens);
        var gate = g.Cont(g.View3D(both, length, heads, graph.Tokens, head, token, length * both.Nb[0]), length * heads, graph.Tokens);
        inputs = cells is null ? inputs : inputs with { Mask = SparseAttention.MaskOf(g, inputs.Mask, cells) };
        var y = graph.AttentionCore(inputs, g.Rope(q, positions), g.Rope(k, positions), v, layer);
        return graph.Multiply(graph.Weight(layer, "attn_output"), g.Mul(y, g.Unary(gate)), graph.FindScale(layer, "attn_output"));

        GraphTensor Project(string name) => graph.Multiply(graph.Weight(layer, name), x, graph.FindScale(layer, name));
    }
}
