namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>plamo</c> (src/models/plamo.cpp): attention and feed-forward network side by side.</summary>
internal static class Plamo
{
    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var (x, positions, inputs, outputIds) = graph.InputDecoder();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            var normed = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            var (q, k, v) = graph.QueryKeyValue(normed, layer);
            var attended = graph.Attention(inputs, g.Rope(q, positions), g.Rope(k, positions), v, layer);
            if (layer == graph.Layers - 1)
            {
                attended = g.GetRows(attended, outputIds);
                normed = g.GetRows(normed, outputIds);
                residual = g.GetRows(residual, outputIds);
            }

            x = g.Add(g.Add(graph.FeedForward(normed, layer, Activation.Gated), attended), residual);
        }

        graph.FinishWithLogits(graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1));
    }
}
