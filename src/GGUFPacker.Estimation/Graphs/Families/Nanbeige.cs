namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>nanbeige</c> (src/models/nanbeige.cpp): the layers run several times, with caches of their own each time.</summary>
internal static class Nanbeige
{
    public static void Build(ModelGraph graph)
    {
        var (g, shape) = (graph.G, graph.Shape);
        var height = shape.StoredLayers;
        var normsLoops = shape.Number("skip_loop_final_norm") is null or 0;
        var (x, positions, inputs, outputIds) = graph.InputDecoder();
        for (var pass = 0; pass < graph.Layers; pass++)
        {
            var layer = pass % height;
            graph.ScaleOffset = pass - layer;
            var residual = x;
            x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), pass);
            x = Attend(graph, inputs, x, positions, pass, layer);
            if (pass == graph.Layers - 1)
            {
                x = g.GetRows(x, outputIds);
                residual = g.GetRows(residual, outputIds);
            }

            var attended = g.Add(x, residual);
            x = graph.FeedForward(graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), pass), layer, Activation.Gated);
            x = g.Add(x, attended);
            if (normsLoops && layer == height - 1 && pass < graph.Layers - 1)
            {
                x = graph.RmsNorm(x, graph.Weight("output_norm.weight"), pass);
            }
        }

        graph.FinishWithLogits(graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1));
    }

    private static GraphTensor Attend(ModelGraph graph, AttentionInputs inputs, GraphTensor x, GraphTensor positions, int pass, int layer)
    {
        var g = graph.G;
        var factors = graph.RopeFactors(layer);
        var (q, k, v) = graph.QueryKeyValue(x, layer);
        x = graph.AttentionCore(inputs, g.Rope(q, positions, factors), g.Rope(k, positions, factors), v, pass);
        return graph.AttentionOutput(x, layer);
    }
}
