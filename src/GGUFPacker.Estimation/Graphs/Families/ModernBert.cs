namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>modern-bert</c> (src/models/modern-bert.cpp).</summary>
internal static class ModernBert
{
    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var positions = graph.InputPositions();
        var x = graph.Norm(graph.InputEmbeddings(), graph.Weight("token_embd_norm.weight"), null, NormKind.Layer, 0);
        var outputIds = graph.InputOutputIds();
        var full = graph.InputAttentionWithoutCache();
        var window = graph.InputAttentionWithoutCache();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;

            // The first layer gets what the norm of the embeddings gives.
            x = graph.FindWeight(layer, "attn_norm") is { } norm ? graph.Norm(x, norm, null, NormKind.Layer, layer) : x;
            var (q, k, v) = graph.QueryKeyValue(x, layer);
            var inputs = graph.Shape.SlidingWindowLayers[layer] ? window : full;
            x = graph.Attention(inputs, g.Rope(q, positions), g.Rope(k, positions), v, layer);
            graph.TakeOutputs(layer, outputIds, ref x, ref residual);

            var attended = g.Add(x, residual);
            x = graph.Norm(attended, graph.Weight(layer, "ffn_norm"), null, NormKind.Layer, layer);
            x = g.Add(graph.FeedForward(x, layer, Activation.Halved), attended);
        }

        x = graph.Norm(x, graph.Weight("output_norm.weight"), null, NormKind.Layer, -1);
        graph.Embeddings = x;
        graph.Expand(x);
    }
}
