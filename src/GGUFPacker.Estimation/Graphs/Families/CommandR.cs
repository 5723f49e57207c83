namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>command-r</c> (src/models/command-r.cpp): attention and feed-forward network side by side.</summary>
internal static class CommandR
{
    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var x = graph.InputEmbeddings();
        var positions = graph.InputPositions();
        var inputs = graph.InputAttention();
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            var normed = graph.Norm(x, graph.Weight(layer, "attn_norm"), null, NormKind.Layer, layer);
            var (q, k, v) = graph.QueryKeyValue(normed, layer);
            q = g.Rope(NormOf(graph, q, layer, "attn_q_norm"), positions);
            k = g.Rope(NormOf(graph, k, layer, "attn_k_norm"), positions);
            var attended = graph.Attention(inputs, q, k, v, layer);
            if (layer == graph.Layers - 1)
            {
                attended = g.GetRows(attended, outputIds);
                residual = g.GetRows(residual, outputIds);
                normed = g.GetRows(normed, outputIds);
            }

            x = graph.FeedForward(normed, layer, Activation.Gated);
            x = g.Add(g.Add(x, residual), attended);
        }

        x = graph.Norm(x, graph.Weight("output_norm.weight"), null, NormKind.Layer, -1);
        graph.FinishWithLogits(x, scalesLogits: graph.Shape.Number("logit_scale") is not null and not 0);
    }

    private static GraphTensor NormOf(ModelGraph graph, GraphTensor x, int layer, string name) =>
        graph.FindWeight(layer, name) is { } weight ? graph.Norm(x, weight, null, NormKind.Layer, layer) : x;
}
