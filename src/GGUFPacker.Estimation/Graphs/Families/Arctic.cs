namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>arctic</c> (src/models/arctic.cpp): a dense network behind the attention, and experts that work on the layer's input.</summary>
internal static class Arctic
{
    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var (x, positions, inputs, outputIds) = graph.InputDecoder();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            var (q, k, v) = graph.QueryKeyValue(graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer), layer);
            x = graph.Attention(inputs, g.Rope(q, positions), g.Rope(k, positions), v, layer);
            graph.TakeOutputs(layer, outputIds, ref x, ref residual);

            var attended = g.Add(x, residual);
            x = graph.FeedForward(graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer), layer, Activation.Gated);
            var dense = g.Add(x, attended);
            x = graph.Experts(graph.RmsNorm(residual, graph.Weight(layer, "ffn_norm_exps"), layer), layer, ExpertOptions.Default);
            x = g.Add(x, dense);
        }

        graph.FinishWithLogits(graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1));
    }
}
