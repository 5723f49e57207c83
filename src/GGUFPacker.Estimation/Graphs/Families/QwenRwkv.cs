using GGUFPacker.Estimation.Graphs.Layers;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>rwkv6qwen2</c> and <c>arwkv7</c> (src/models/rwkv6qwen2.cpp, arwkv7.cpp): RWKV's time mixing in the place of Qwen's attention.
/// </summary>
internal static class QwenRwkv
{
    public static void Build6(ModelGraph graph) => Build(graph, TimeMix6.Build);

    public static void Build7(ModelGraph graph)
    {
        GraphTensor? firstValue = null;
        Build(graph, (_, inputs, x, previous, layer) => TimeMix7.Build(graph, inputs, x, previous, ref firstValue, layer));
    }

    private static void Build(ModelGraph graph, Func<ModelGraph, RecurrentInputs, GraphTensor, GraphTensor, int, GraphTensor> mixTime)
    {
        var g = graph.G;
        long embedding = graph.Shape.EmbeddingLength;
        var x = graph.InputEmbeddings();
        var inputs = graph.InputRecurrent();
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            x = g.Reshape(x, embedding, graph.TokensPerSequence, graph.Size.Sequences);
            var shift = TokenShift.Load(graph, inputs, layer);
            var normed = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            var mixed = mixTime(graph, inputs, normed, TokenShift.Previous(graph, shift, normed), layer);
            TokenShift.Store(graph, TokenShift.Last(graph, normed), layer);
            x = g.Reshape(g.Add(mixed, x), embedding, graph.Tokens);
            x = layer == graph.Layers - 1 ? g.GetRows(x, outputIds) : x;
            x = g.Add(graph.FeedForward(graph.RmsNorm(x, graph.Weight(layer, "ffn_norm"), layer), layer, Activation.Gated), x);
        }

        graph.FinishWithLogits(graph.Norm(x, graph.Weight("output_norm.weight"), graph.FindWeight("output_norm.bias"), NormKind.Rms, -1));
    }
}
