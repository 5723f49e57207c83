using GGUFPacker.Estimation.Graphs.Layers;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>rwkv6</c> and <c>rwkv7</c> (src/models/rwkv6.cpp, rwkv7.cpp): time mixing, then channel mixing, each with the token before.
/// </summary>
internal static class Rwkv
{
    public static void Build6(ModelGraph graph) => Build(graph, TimeMix6.Build, MixChannels6);

    public static void Build7(ModelGraph graph)
    {
        GraphTensor? firstValue = null;
        Build(graph, (_, inputs, x, previous, layer) => TimeMix7.Build(graph, inputs, x, previous, ref firstValue, layer), MixChannels7);
    }

    private static void Build(
        ModelGraph graph,
        Func<ModelGraph, RecurrentInputs, GraphTensor, GraphTensor, int, GraphTensor> mixTime,
        Func<ModelGraph, GraphTensor, GraphTensor, int, GraphTensor> mixChannels)
    {
        var g = graph.G;
        long embedding = graph.Shape.EmbeddingLength;
        var x = graph.Norm(graph.InputEmbeddings(), graph.Weight("token_embd_norm.weight"), graph.FindWeight("token_embd_norm.bias"), NormKind.Layer, 0);
        var inputs = graph.InputRecurrent();
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            x = g.Reshape(x, embedding, graph.TokensPerSequence, graph.Size.Sequences);
            var shift = TokenShift.Load(graph, inputs, layer);
            var normed = NormOf(graph, x, layer, "attn_norm");
            var attended = mixTime(graph, inputs, normed, TokenShift.Previous(graph, TokenShift.Part(graph, shift, 0), normed), layer);
            attended = g.Add(attended, x);
            var fed = NormOf(graph, attended, layer, "attn_norm_2");
            var previous = TokenShift.Previous(graph, TokenShift.Part(graph, shift, 1), fed);
            TokenShift.Store(graph, g.Concat(TokenShift.Last(graph, normed), TokenShift.Last(graph, fed), 1), layer);
            attended = Rows(attended, layer);
            x = g.Add(mixChannels(graph, Rows(fed, layer), Rows(previous, layer), layer), attended);
            x = Rescales(graph, layer) ? g.Scale(x) : x;
        }

        graph.FinishWithLogits(graph.Norm(x, graph.Weight("output_norm.weight"), graph.FindWeight("output_norm.bias"), NormKind.Layer, -1));

        GraphTensor Rows(GraphTensor part, int layer)
        {
            part = g.Reshape(part, embedding, graph.Tokens);
            return layer == graph.Layers - 1 ? g.GetRows(part, outputIds) : part;
        }
    }

    /// <summary>build_rwkv6_channel_mix.</summary>
    private static GraphTensor MixChannels6(ModelGraph graph, GraphTensor x, GraphTensor previous, int layer)
    {
        var g = graph.G;
        var difference = g.Sub(previous, x);
        var forKeys = g.Add(g.Mul(difference, graph.Weight(layer, "channel_mix_lerp_k")), x);
        var forReceptance = g.Add(g.Mul(difference, graph.Weight(layer, "channel_mix_lerp_r")), x);
        var receptance = g.Unary(graph.Multiply(graph.Weight(layer, "channel_mix_receptance"), forReceptance));
        var keys = g.Sqr(g.Unary(graph.Multiply(graph.Weight(layer, "channel_mix_key"), forKeys)));
        return g.Mul(receptance, graph.Multiply(graph.Weight(layer, "channel_mix_value"), keys));
    }

    /// <summary>build_rwkv7_channel_mix.</summary>
    private static GraphTensor MixChannels7(ModelGraph graph, GraphTensor x, GraphTensor previous, int layer)
    {
        var g = graph.G;
        var mixed = g.Add(g.Mul(g.Sub(previous, x), graph.Weight(layer, "channel_mix_lerp_k")), x);
        var keys = g.Sqr(g.Unary(graph.Multiply(graph.Weight(layer, "channel_mix_key"), mixed)));
        return graph.Multiply(graph.Weight(layer, "channel_mix_value"), keys);
    }

    // RWKV 6 halves the states now and then, lest they leave F16.
    private static bool Rescales(ModelGraph graph, int layer) =>
        graph.Shape.Architecture == "rwkv6" && graph.Shape.Number("rescale_every_n_layers") is >= 1 and var interval && (layer + 1) % (long)interval == 0;

    private static GraphTensor NormOf(ModelGraph graph, GraphTensor x, int layer, string name) =>
        graph.Norm(x, graph.Weight(layer, name), graph.FindBias(layer, name), NormKind.Layer, layer);
}
