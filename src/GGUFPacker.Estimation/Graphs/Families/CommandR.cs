using GGUFPacker.Estimation.Models;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>command-r</c> and <c>cohere2</c> (src/models/command-r.cpp, cohere2.cpp): attention and feed-forward network side by side.</summary>
internal static class CommandR
{
    public static void Build(ModelGraph graph)
    {
        var (g, shape) = (graph.G, graph.Shape);
        var x = graph.InputEmbeddings();
        var positions = graph.InputPositions();
        var (full, window) = shape.SlidingWindowKind != SlidingWindowKind.None ? graph.InputWindowedAttention() : (graph.InputAttention(), null);
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            var normed = graph.Norm(x, graph.Weight(layer, "attn_norm"), null, NormKind.Layer, layer);
            var (q, k, v) = graph.QueryKeyValue(normed, layer);
            q = NormOf(graph, q, layer, "attn_q_norm");
            k = NormOf(graph, k, layer, "attn_k_norm");

            // With windows only the layers that have one rotate.
            if (window is null || shape.SlidingWindowLayers[layer])
            {
                var factors = window is null ? null : graph.RopeFactors(layer);
                q = g.Rope(q, positions, factors);
                k = g.Rope(k, positions, factors);
            }

            var attended = graph.Attention(window is not null && shape.SlidingWindowLayers[layer] ? window : full, q, k, v, layer);
            if (layer == graph.Layers - 1)
            {
                attended = g.GetRows(attended, outputIds);
                residual = g.GetRows(residual, outputIds);
                normed = g.GetRows(normed, outputIds);
            }

            x = graph.FeedForward(normed, layer, Activation.Gated);
            x = g.Add(g.Add(x, residual), attended);
        }

        x = graph.Norm(x, graph.Weight("output_norm.weight"), null, NormKind.Layer, -1);
        graph.FinishWithLogits(x, scalesLogits: shape.Number("logit_scale") is not (null or 0));
    }

    private static GraphTensor NormOf(ModelGraph graph, GraphTensor x, int layer, string name) =>
        graph.FindWeight(layer, name) is { } weight ? graph.Norm(x, weight, null, NormKind.Layer, layer) : x;
}
