namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>cohere2moe</c> (src/models/cohere2moe.cpp): attention and experts side by side; the states of all tokens are kept for predicting further ones.</summary>
internal static class Cohere2Moe
{
    public static void Build(ModelGraph graph)
    {
        var (g, shape) = (graph.G, graph.Shape);
        graph.Unused = UnusedTensors.LogitsScale;
        var norm = shape.Number("attention.layer_norm_rms_epsilon") is null or 0 ? NormKind.Layer : NormKind.Rms;
        var options = ExpertOptions.Default with { Gating = graph.GatingOr(ExpertGating.Sigmoid), Normalizes = graph.NormalizesExperts };
        var x = graph.InputEmbeddings();
        var positions = graph.InputPositions();
        var (full, window) = graph.InputWindowedAttention();
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            var normed = graph.Norm(x, graph.Weight(layer, "attn_norm"), null, norm, layer);
            var (q, k, v) = graph.QueryKeyValue(normed, layer);
            if (shape.SlidingWindowLayers[layer] || layer < shape.DenseLeadLayers)
            {
                q = g.Rope(q, positions);
                k = g.Rope(k, positions);
            }

            var attended = graph.Attention(shape.SlidingWindowLayers[layer] ? window : full, q, k, v, layer);
            x = g.Add(g.Add(FeedForward(graph, normed, options, layer), residual), attended);
        }

        x = graph.Norm(x, graph.Weight("output_norm.weight"), null, norm, -1);
        graph.HiddenStates = x;
        graph.FinishWithLogits(g.GetRows(x, outputIds), scalesLogits: shape.Number("logit_scale") is not (null or 0));
    }

    private static GraphTensor FeedForward(ModelGraph graph, GraphTensor x, ExpertOptions options, int layer)
    {
        if (!graph.HasExperts(layer))
        {
            return graph.FeedForward(x, layer, Activation.Gated);
        }

        var y = graph.ExpertsAndShared(x, layer, options);
        return graph.FindWeight(layer, "ffn_up_shexp") is null ? y : graph.G.Scale(y);
    }
}
