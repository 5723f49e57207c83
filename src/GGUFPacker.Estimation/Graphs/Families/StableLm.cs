namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>stablelm</c> (src/models/stablelm.cpp): without a norm of its own the feed-forward network works on what attention works on.
/// </summary>
internal static class StableLm
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
            q = g.Rope(NormHeads(graph, q, layer, "attn_q_norm"), positions);
            k = g.Rope(NormHeads(graph, k, layer, "attn_k_norm"), positions);
            x = graph.Attention(inputs, q, k, v, layer);
            if (layer == graph.Layers - 1)
            {
                x = g.GetRows(x, outputIds);
                residual = g.GetRows(residual, outputIds);
                normed = g.GetRows(normed, outputIds);
            }

            var attended = g.Add(x, residual);
            x = graph.FindWeight(layer, "ffn_norm") is { } norm ? graph.Norm(attended, norm, graph.FindBias(layer, "ffn_norm"), NormKind.Layer, layer) : normed;
            x = g.Add(graph.FeedForward(x, layer, Activation.Gated), attended);
        }

        graph.FinishWithLogits(graph.Norm(x, graph.Weight("output_norm.weight"), graph.FindWeight("output_norm.bias"), NormKind.Layer, -1));
    }

    private static GraphTensor NormHeads(ModelGraph graph, GraphTensor x, int layer, string name) =>
        graph.FindWeight(layer, name) is { } weight ? graph.Norm(x, weight, null, NormKind.Layer, layer) : x;
}
