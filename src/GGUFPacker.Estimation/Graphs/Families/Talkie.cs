namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>talkie</c> (src/models/talkie.cpp): norms without weights, and the embeddings, scaled, added again after each layer.</summary>
internal static class Talkie
{
    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var x = g.RmsNorm(graph.InputEmbeddings());
        var embeddings = x;
        var positions = graph.InputPositions();
        var inputs = graph.InputAttention();
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var (residual, skipped) = (x, embeddings);
            var (q, k, v) = graph.QueryKeyValue(g.RmsNorm(x), layer);
            q = g.Rope(q, positions);
            k = g.RmsNorm(g.Rope(k, positions));
            q = graph.RmsNorm(q, graph.Weight(layer, "attn_q_norm"), layer);
            x = graph.Attention(inputs, q, k, v, layer);
            if (layer == graph.Layers - 1)
            {
                x = g.GetRows(x, outputIds);
                residual = g.GetRows(residual, outputIds);
                skipped = g.GetRows(skipped, outputIds);
            }

            var attended = g.Add(x, residual);
            x = FeedForward(graph, g.RmsNorm(attended), layer);
            x = g.Add(g.Add(x, attended), g.Mul(skipped, graph.Weight(layer, "layer_output_scale")));
        }

        graph.FinishWithLogits(g.RmsNorm(x), scalesLogits: true);
    }

    // Of the three matrices the last one's scale alone is used.
    private static GraphTensor FeedForward(ModelGraph graph, GraphTensor x, int layer)
    {
        var g = graph.G;
        var up = g.MulMat(graph.Weight(layer, "ffn_up"), x);
        var gate = g.MulMat(graph.Weight(layer, "ffn_gate"), x);
        return graph.Multiply(graph.Weight(layer, "ffn_down"), g.GluSplit(gate, up), graph.FindScale(layer, "ffn_down"));
    }
}
