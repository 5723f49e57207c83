namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>deci</c> (src/models/deci.cpp): layers may have attention, a matrix in its place, or neither, and may be without a feed-forward network.
/// </summary>
internal static class Deci
{
    public static void Build(ModelGraph graph)
    {
        var (g, shape) = (graph.G, graph.Shape);
        var (x, positions, inputs, outputIds) = graph.InputDecoder();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var (residual, layerInput) = (x, x);
            if (shape.Heads[layer] > 0)
            {
                x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
                x = shape.KeyValueHeads[layer] == 0 ? g.MulMat(graph.Weight(layer, "attn_output"), x) : Attend(graph, inputs, x, positions, layer);
            }

            graph.TakeOutputs(layer, outputIds, ref x, ref residual);

            if (shape.FeedForward[layer] == 0)
            {
                // The engine forgets what such a layer's attention gave: the next one works on the same input.
                x = layerInput;
                continue;
            }

            var attended = shape.Heads[layer] > 0 ? g.Add(x, residual) : x;
            x = graph.FeedForward(graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer), layer, Activation.Gated);
            x = g.Add(x, attended);
        }

        graph.FinishWithLogits(graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1));
    }

    private static GraphTensor Attend(ModelGraph graph, AttentionInputs inputs, GraphTensor x, GraphTensor positions, int layer)
    {
        var g = graph.G;
        var factors = graph.RopeFactors(layer);
        var (q, k, v) = graph.QueryKeyValue(x, layer);
        return graph.Attention(inputs, g.Rope(q, positions, factors), g.Rope(k, positions, factors), v, layer);
    }
}
