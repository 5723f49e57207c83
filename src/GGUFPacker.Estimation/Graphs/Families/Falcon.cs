namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>falcon</c> (src/models/falcon.cpp): attention and feed-forward network side by side, in the larger models with a norm for each.
/// </summary>
internal static class Falcon
{
    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var (x, positions, inputs, outputIds) = graph.InputDecoder();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            var normed = NormOf(graph, x, layer, "attn_norm");
            var (q, k, v) = graph.QueryKeyValue(graph.FindWeight(layer, "attn_norm_2") is null ? normed : NormOf(graph, x, layer, "attn_norm_2"), layer);
            x = graph.Attention(inputs, g.Rope(q, positions), g.Rope(k, positions), v, layer);
            if (layer == graph.Layers - 1)
            {
                x = g.GetRows(x, outputIds);
                residual = g.GetRows(residual, outputIds);
                normed = g.GetRows(normed, outputIds);
            }

            x = g.Add(g.Add(graph.FeedForward(normed, layer, Activation.Plain), x), residual);
        }

        graph.FinishWithLogits(graph.Norm(x, graph.Weight("output_norm.weight"), graph.FindWeight("output_norm.bias"), NormKind.Layer, -1));
    }

    private static GraphTensor NormOf(ModelGraph graph, GraphTensor x, int layer, string name) =>
        graph.Norm(x, graph.Weight(layer, name), graph.FindBias(layer, name), NormKind.Layer, layer);
}
