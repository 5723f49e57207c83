namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>spark2_5</c> (src/models/spark2-5.cpp): windows, and a gate for each head.</summary>
internal static class Spark
{
    public static void Build(ModelGraph graph)
    {
        var (g, shape) = (graph.G, graph.Shape);
        var x = graph.InputEmbeddings();
        var positions = graph.InputPositions();
        var (full, window) = graph.InputWindowedAttention();
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            var normed = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            var (q, k, v) = graph.QueryKeyValue(normed, layer);
            q = g.Rope(q, positions);
            k = g.Rope(k, positions);
            x = graph.AttentionCore(shape.SlidingWindowLayers[layer] ? window : full, q, k, v, layer);
            var gate = g.Reshape(g.Unary(g.MulMat(graph.Weight(layer, "attn_gate"), normed)), 1, shape.Heads[layer], graph.Tokens);
            var rows = x.Ne[0];
            x = g.Mul(g.Reshape(x, shape.ValueLength(layer), shape.Heads[layer], graph.Tokens), gate);
            x = graph.AttentionOutput(g.Reshape(x, rows, graph.Tokens), layer);
            graph.TakeOutputs(layer, outputIds, ref x, ref residual);

            var attended = g.Add(x, residual);
            x = graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer);
            x = g.Add(graph.FeedForward(x, layer, Activation.Gated), attended);
        }

        graph.FinishWithLogits(graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1));
    }
}
