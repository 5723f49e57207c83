using GGUFPacker.Estimation.Models;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>cohere2moe</c> (src/models/cohere2moe.cpp): attention and experts side by side; the states of all tokens are kept for predicting further
/// ones.
/// </summary>
internal static class Cohere2Moe
{
    public static void Build(ModelGraph graph)
    {
        var (g, shape) = (graph.G, graph.Shape);
        graph.Unused = UnusedTensors.LogitsScale;
        var norm = NormOf(shape);
        var options = OptionsOf(graph);
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

    /// <summary>The graph that drafts: its layer always rotates queries and keys.</summary>
    public static void BuildPrediction(ModelGraph graph)
    {
        var (g, shape, layer) = (graph.G, graph.Shape, graph.PredictionLayer);
        graph.Unused = UnusedTensors.LogitsScale;
        var norm = NormOf(shape);
        var residual = PredictionGraph.Begin(graph, norm);
        var positions = graph.InputPositions();
        var outputIds = graph.InputOutputIds();
        var (full, window) = graph.InputWindowedAttention();
        var normed = graph.Norm(residual, graph.Weight(layer, "attn_norm"), null, norm, layer);
        var (q, k, v) = graph.QueryKeyValue(normed, layer);
        var factors = graph.RopeFactors(layer);
        var attended = graph.Attention(
            shape.SlidingWindowLayers[layer] ? window : full, g.Rope(q, positions, factors), g.Rope(k, positions, factors), v, layer);
        var x = g.Add(g.Add(FeedForward(graph, normed, OptionsOf(graph), layer), residual), attended);
        var hasHead = graph.FindWeight(layer, "nextn.shared_head_head") is not null;
        PredictionGraph.Finish(graph, x, outputIds, norm, scales: hasHead, scalesLogits: shape.Number("logit_scale") is not (null or 0));
    }

    private static NormKind NormOf(ModelShape shape) => shape.Number("attention.layer_norm_rms_epsilon") is null or 0 ? NormKind.Layer : NormKind.Rms;

    private static ExpertOptions OptionsOf(ModelGraph graph) =>
        ExpertOptions.Default with { Gating = graph.GatingOr(ExpertGating.Sigmoid), Normalizes = graph.NormalizesExperts };

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
