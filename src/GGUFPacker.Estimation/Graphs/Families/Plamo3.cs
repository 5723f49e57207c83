namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>plamo3</c> (src/models/plamo3.cpp): what attention and feed-forward network give is normed, by tensors whose names lack <c>.weight</c>.
/// </summary>
internal static class Plamo3
{
    public static void Build(ModelGraph graph)
    {
        var (g, shape) = (graph.G, graph.Shape);
        var x = graph.InputEmbeddings();
        var positions = graph.InputPositions();
        var (full, window) = graph.InputAttentionOfLayers();
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            x = Attend(
                graph, shape.SlidingWindowLayers[layer] ? window ?? full : full, graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer), positions, layer);
            graph.TakeOutputs(layer, outputIds, ref x, ref residual);

            var attended = g.Add(graph.RmsNorm(x, graph.Weight($"blk.{layer}.post_attention_norm"), layer), residual);
            x = graph.FeedForward(graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer), layer, Activation.Halved);
            x = g.Add(graph.RmsNorm(x, graph.Weight($"blk.{layer}.post_ffw_norm"), layer), attended);
        }

        graph.FinishWithLogits(graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1));
    }

    private static GraphTensor Attend(ModelGraph graph, AttentionInputs inputs, GraphTensor x, GraphTensor positions, int layer)
    {
        var (g, shape) = (graph.G, graph.Shape);
        long length = shape.FullKeyLength;
        long keyHeads = shape.KeyValueHeads[layer];
        var queries = length * shape.Heads[layer];
        var keys = length * keyHeads;
        var qkv = g.MulMat(graph.Weight(layer, "attn_qkv"), x);
        var q = graph.RmsNorm(Part(0, shape.Heads[layer], length), graph.Weight(layer, "attn_q_norm"), layer);
        var k = graph.RmsNorm(Part(queries, keyHeads, length), graph.Weight(layer, "attn_k_norm"), layer);
        return graph.Attention(inputs, g.Rope(q, positions), g.Rope(k, positions), Part(queries + keys, keyHeads, shape.FullValueLength), layer);

        GraphTensor Part(long start, long heads, long columns) =>
            g.View3D(qkv, columns, heads, graph.Tokens, columns * sizeof(float), qkv.Nb[1], start * qkv.Nb[0]);
    }
}
