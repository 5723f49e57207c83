namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>cogvlm</c> (src/models/cogvlm.cpp), on text; its graph makes the logits of all tokens, whichever are wanted.</summary>
internal static class CogVlm
{
    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var x = graph.InputEmbeddings();
        var positions = graph.InputPositions();
        var inputs = graph.InputAttention();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            x = Attend(graph, inputs, x, positions, layer);
            var attended = g.Add(x, residual);
            x = graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer);
            x = g.Add(graph.FeedForward(x, layer, Activation.Gated), attended);
        }

        graph.FinishWithLogits(graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1));
    }

    private static GraphTensor Attend(ModelGraph graph, AttentionInputs inputs, GraphTensor x, GraphTensor positions, int layer)
    {
        var (g, shape) = (graph.G, graph.Shape);
        long length = shape.FullKeyLength;
        var all = g.MulMat(graph.Weight(layer, "attn_qkv"), x);
        return graph.Attention(
            inputs,
            g.Rope(Part(0, shape.Heads[layer]), positions),
            g.Rope(Part(1, shape.KeyValueHeads[layer]), positions),
            Part(2, shape.KeyValueHeads[layer]),
            layer);

        GraphTensor Part(long place, long heads) =>
            g.View3D(all, length, heads, graph.Tokens, length * sizeof(float), all.Nb[1], place * shape.EmbeddingLength * sizeof(float));
    }
}
