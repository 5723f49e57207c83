namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>bitnet</c> (src/models/bitnet.cpp): norms before the last matrices of attention and feed-forward network; the token embeddings are the
/// output's matrix.
/// </summary>
internal static class BitNet
{
    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var (x, positions, inputs, outputIds) = graph.InputDecoder();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            var (q, k, v) = graph.QueryKeyValue(graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer), layer);
            x = graph.AttentionCore(inputs, g.Rope(q, positions), g.Rope(k, positions), v, layer);
            x = graph.AttentionOutput(graph.RmsNorm(x, graph.Weight(layer, "attn_sub_norm"), layer), layer);
            graph.TakeOutputs(layer, outputIds, ref x, ref residual);

            var attended = g.Add(x, residual);
            x = graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer);
            var up = Project(x, "ffn_up");
            x = g.GluSplit(Project(x, "ffn_gate"), up);
            x = Project(graph.RmsNorm(x, graph.Weight(layer, "ffn_sub_norm"), layer), "ffn_down");
            x = g.Add(x, attended);

            GraphTensor Project(GraphTensor input, string name) => graph.Multiply(graph.Weight(layer, name), input, graph.FindScale(layer, name));
        }

        x = graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1);
        graph.Embeddings = x;
        graph.Logits = g.MulMat(graph.Weight("token_embd.weight"), x);
        graph.Expand(graph.Logits);
    }
}
