namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>phi2</c> (src/models/phi2.cpp): attention and feed-forward network side by side.</summary>
internal static class Phi2
{
    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var (x, positions, inputs, outputIds) = graph.InputDecoder();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            var normed = graph.Norm(x, graph.Weight(layer, "attn_norm"), graph.FindBias(layer, "attn_norm"), NormKind.Layer, layer);
            var (q, k, v) = graph.QueryKeyValue(normed, layer);
            x = graph.Attention(inputs, g.Scale(g.Rope(q, positions)), g.Rope(k, positions), v, layer);
            if (layer == graph.Layers - 1)
            {
                x = g.GetRows(x, outputIds);
                residual = g.GetRows(residual, outputIds);
                normed = g.GetRows(normed, outputIds);
            }

            x = g.Add(g.Add(x, graph.FeedForward(normed, layer, Activation.Plain)), residual);
        }

        graph.FinishWithLogits(graph.Norm(x, graph.Weight("output_norm.weight"), graph.FindWeight("output_norm.bias"), NormKind.Layer, -1));
    }
}
