namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>grok</c>: Grok 1 and 2 (src/models/grok.cpp), with experts, beside a dense network if the file has one.</summary>
internal static class Grok
{
    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        graph.CapsScores = true;
        var x = graph.InputEmbeddings();

        // A header without a scale has Grok 1's.
        x = graph.Shape.Number("embedding_scale") is null ? g.Scale(x) : x;
        var positions = graph.InputPositions();
        var inputs = graph.InputAttention();
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            var (q, k, v) = graph.QueryKeyValue(x, layer);
            x = graph.Attention(inputs, g.Rope(q, positions), g.Rope(k, positions), v, layer);
            graph.TakeOutputs(layer, outputIds, ref x, ref residual);

            var attended = g.Add(graph.RmsNorm(x, graph.Weight(layer, "attn_output_norm"), layer), residual);
            x = FeedForward(graph, graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer), layer);
            var norm = graph.FindWeight(layer, "layer_output_norm") ?? graph.Weight(layer, "post_ffw_norm");
            x = g.Add(graph.RmsNorm(x, norm, layer), attended);
        }

        x = graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1);
        graph.FinishWithLogits(x, capsLogits: graph.Shape.Number("final_logit_softcapping") is not (null or 0), scalesLogits: true);
    }

    private static GraphTensor FeedForward(ModelGraph graph, GraphTensor x, int layer)
    {
        var experts = graph.Experts(x, layer, ExpertOptions.Default);
        return graph.FindWeight(layer, "ffn_up") is null ? experts : graph.G.Scale(graph.G.Add(graph.FeedForward(x, layer, Activation.Gated), experts));
    }
}
