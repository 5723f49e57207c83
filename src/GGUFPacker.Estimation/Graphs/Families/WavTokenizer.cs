namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>wavtokenizer-dec</c> (src/models/wavtokenizer-dec.cpp): convolutions and one attention over the channels, then ConvNeXt's layers.
/// </summary>
internal static class WavTokenizer
{
    // What the position network's layers are: residual blocks but for an attention in the middle and a norm at the end.
    private const int AttentionLayer = 2;
    private const int NormLayer = 5;

    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var x = g.Cont(g.Transpose(graph.InputEmbeddings()));
        x = Convolve(graph, x, "conv1d");
        for (var layer = 0; layer < Layers(graph, "posnet.block_count", NormLayer + 1); layer++)
        {
            x = layer switch
            {
                AttentionLayer => g.Add(Attend(graph, x, $"posnet.{layer}."), x),
                NormLayer => Norm(graph, x, $"posnet.{layer}.attn_norm", NormKind.Group, 0),
                _ => g.Add(ConvolveTwice(graph, x, $"posnet.{layer}."), x),
            };
        }

        x = g.Cont(g.Transpose(x));
        x = Norm(graph, x, "token_embd_norm", NormKind.Layer, 0);
        x = g.Cont(g.Transpose(x));
        for (var layer = 0; layer < Layers(graph, "convnext.block_count", graph.Shape.Layers); layer++)
        {
            x = g.Add(ConvNext(graph, x, $"convnext.{layer}."), x);
        }

        x = Norm(graph, g.Cont(g.Transpose(x)), "output_norm", NormKind.Layer, -1);
        x = graph.Multiply(graph.Weight("output.weight"), x, graph.FindWeight("output.scale"));
        x = g.Add(x, graph.Weight("output.bias"));
        graph.Embeddings = x;
        graph.Expand(x);
    }

    private static int Layers(ModelGraph graph, string key, int most) =>
        graph.Shape.Number(key) is >= 0 and var count && count <= Math.Min(most, graph.Shape.Layers)
            ? (int)count
            : throw new UnknownGraphException($"The model's {key} is none of a {graph.Shape.Architecture}.");

    private static GraphTensor ConvolveTwice(ModelGraph graph, GraphTensor x, string prefix)
    {
        x = Convolve(graph, Swish(graph, Norm(graph, x, prefix + "norm1", NormKind.Group, 0)), prefix + "conv1");
        return Convolve(graph, Swish(graph, Norm(graph, x, prefix + "norm2", NormKind.Group, 0)), prefix + "conv2");
    }

    private static GraphTensor Swish(ModelGraph graph, GraphTensor x) => graph.G.Mul(graph.G.Unary(x), x);

    private static GraphTensor Attend(ModelGraph graph, GraphTensor x, string prefix)
    {
        var g = graph.G;
        x = Norm(graph, x, prefix + "attn_norm", NormKind.Group, 0);
        var q = g.Cont(g.Transpose(Convolve(graph, x, prefix + "attn_q")));
        var k = g.Cont(g.Transpose(Convolve(graph, x, prefix + "attn_k")));
        var v = Convolve(graph, x, prefix + "attn_v");
        return Convolve(graph, g.MulMat(g.SoftMax(g.MulMat(k, q)), v), prefix + "attn_output");
    }

    private static GraphTensor ConvNext(ModelGraph graph, GraphTensor x, string prefix)
    {
        var g = graph.G;
        x = g.Add(g.DepthwiseConv1D(graph.Weight(prefix + "dw.weight"), x), graph.Weight(prefix + "dw.bias"));
        x = Norm(graph, g.Cont(g.Transpose(x)), prefix + "norm", NormKind.Layer, -1);
        x = g.Add(graph.Multiply(graph.Weight(prefix + "pw1.weight"), x), graph.Weight(prefix + "pw1.bias"));
        x = g.Add(graph.Multiply(graph.Weight(prefix + "pw2.weight"), g.Unary(x)), graph.Weight(prefix + "pw2.bias"));
        return g.Cont(g.Transpose(g.Mul(x, graph.Weight(prefix + "gamma.weight"))));
    }

    private static GraphTensor Convolve(ModelGraph graph, GraphTensor x, string name) =>
        graph.G.Add(graph.G.Conv1D(graph.Weight(name + ".weight"), x), graph.Weight(name + ".bias"));

    private static GraphTensor Norm(ModelGraph graph, GraphTensor x, string name, NormKind kind, int layer) =>
        graph.Norm(x, graph.Weight(name + ".weight"), graph.FindWeight(name + ".bias"), kind, layer);
}
