namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>openelm</c> (src/models/openelm.cpp): heads and feed-forward networks grow from layer to layer; one matrix makes queries, keys and values.
/// </summary>
internal static class OpenElm
{
    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var (x, positions, inputs, outputIds) = graph.InputDecoder();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            x = Attend(graph, inputs, graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer), positions, layer);
            if (layer == graph.Layers - 1)
            {
                residual = g.GetRows(residual, outputIds);
                x = g.GetRows(x, outputIds);
            }

            var attended = g.Add(residual, x);
            x = graph.FeedForward(graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer), layer, Activation.Gated);
            x = g.Add(x, attended);
        }

        graph.FinishWithLogits(graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1));
    }

    private static GraphTensor Attend(ModelGraph graph, AttentionInputs inputs, GraphTensor x, GraphTensor positions, int layer)
    {
        var (g, shape) = (graph.G, graph.Shape);
        long length = shape.KeyLength(layer);
        long heads = shape.Heads[layer];
        long keyHeads = shape.KeyValueHeads[layer];
        var qkv = g.Reshape(g.MulMat(graph.Weight(layer, "attn_qkv"), x), length, heads + (2 * keyHeads), graph.Tokens);
        var q = graph.RmsNorm(Part(0, heads), graph.Weight(layer, "attn_q_norm"), layer);
        var k = graph.RmsNorm(Part(heads, keyHeads), graph.Weight(layer, "attn_k_norm"), layer);
        return graph.Attention(inputs, g.Rope(q, positions), g.Rope(k, positions), Part(heads + keyHeads, keyHeads), layer);

        GraphTensor Part(long first, long count) => g.View3D(qkv, length, count, graph.Tokens, qkv.Nb[1], qkv.Nb[2], first * qkv.Nb[1]);
    }
}
