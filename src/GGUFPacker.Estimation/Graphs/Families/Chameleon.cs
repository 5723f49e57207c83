using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>chameleon</c> (src/models/chameleon.cpp). The larger model norms results rather than inputs (swin_norm).</summary>
internal static class Chameleon
{
    // The tokens of images, whose logits are overwritten.
    private const int ImageTokens = 8192;

    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var normsResults = graph.Shape.Number("swin_norm") is not (null or 0);
        var (x, positions, inputs, outputIds) = graph.InputDecoder();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            x = normsResults ? x : NormOf(graph, x, layer, "attn_norm");
            var (q, k, v) = graph.QueryKeyValue(x, layer);
            q = g.Rope(NormHeads(graph, q, layer, "attn_q_norm"), positions);
            k = g.Rope(NormHeads(graph, k, layer, "attn_k_norm"), positions);
            x = graph.Attention(inputs, q, k, v, layer);
            graph.TakeOutputs(layer, outputIds, ref x, ref residual);

            x = normsResults ? NormOf(graph, x, layer, "attn_norm") : x;
            var attended = g.Add(x, residual);

            // The feed-forward network of the larger model works on the attention's result without the residual.
            x = normsResults ? x : NormOf(graph, attended, layer, "ffn_norm");
            x = graph.FeedForward(x, layer, Activation.Gated);
            x = normsResults ? NormOf(graph, x, layer, "ffn_norm") : x;
            x = g.Add(x, attended);
        }

        x = graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1);
        graph.Embeddings = x;
        var images = g.Clamp(g.NewTensor(TensorType.F32, ImageTokens));
        graph.Logits = g.Set(graph.Multiply(graph.OutputWeight, x, graph.FindWeight("output.scale")), images);
        graph.Expand(graph.Logits);
    }

    private static GraphTensor NormHeads(ModelGraph graph, GraphTensor x, int layer, string name) =>
        graph.Norm(x, graph.Weight(layer, name), graph.FindBias(layer, name), NormKind.Layer, layer);

    private static GraphTensor NormOf(ModelGraph graph, GraphTensor x, int layer, string name) => graph.RmsNorm(x, graph.Weight(layer, name), layer);
}
