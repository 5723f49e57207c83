using GGUFPacker.Estimation.Graphs.Layers;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>nemotron_h</c> and <c>nemotron_h_moe</c> (src/models/nemotron-h.cpp): each layer is Mamba 2, attention, or a feed-forward network.
/// </summary>
internal static class NemotronH
{
    public static void Build(ModelGraph graph)
    {
        var (g, shape) = (graph.G, graph.Shape);
        var x = graph.InputEmbeddings();
        var recurrent = graph.InputRecurrent();
        var inputs = graph.InputAttention();
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            x = shape.RecurrentLayers[layer] ? StateSpaceLayer.BuildSecond(graph, recurrent, x, layer)
                : shape.FeedForward[layer] == 0 ? Attend(graph, inputs, x, layer)
                : FeedForward(graph, x, layer);
            x = g.Add(x, residual);
        }

        x = graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1);
        graph.HiddenStates = x;
        graph.FinishWithLogits(g.GetRows(x, outputIds));
    }

    /// <summary>The graph that drafts: attention and experts in one layer, of which the latter work on the rows alone that have logits.</summary>
    public static void BuildPrediction(ModelGraph graph)
    {
        var (g, layer) = (graph.G, graph.PredictionLayer);
        var residual = PredictionGraph.Begin(graph);
        var outputIds = graph.InputOutputIds();
        var inputs = graph.InputAttention();
        var x = Attend(graph, inputs, graph.RmsNorm(residual, graph.Weight(layer, "attn_norm"), layer), layer);
        var attended = g.GetRows(g.Add(x, residual), outputIds);
        x = FeedForward(graph, graph.RmsNorm(attended, graph.Weight(layer, "post_attention_norm"), layer), layer);
        PredictionGraph.Finish(graph, g.Add(x, attended), null, NormKind.Layer);
    }

    private static GraphTensor Attend(ModelGraph graph, AttentionInputs inputs, GraphTensor x, int layer)
    {
        var (q, k, v) = graph.QueryKeyValue(x, layer);
        return graph.Attention(inputs, q, k, v, layer);
    }

    private static GraphTensor FeedForward(ModelGraph graph, GraphTensor x, int layer)
    {
        if (!graph.HasExperts(layer))
        {
            return graph.FeedForward(x, layer, Activation.Squared);
        }

        var g = graph.G;
        var options = new ExpertOptions
        {
            Gating = ExpertGating.Sigmoid,
            Activation = Activation.Squared,
            Normalizes = graph.Shape.Number("expert_weights_norm") is not (null or 0),
        };

        // Experts may work on shorter vectors than the router.
        var latent = graph.FindWeight(layer, "ffn_latent_down") is { } down ? g.MulMat(down, x) : x;
        var experts = graph.Experts(latent, layer, options, g.MulMat(graph.Weight(layer, "ffn_gate_inp"), x));
        experts = graph.FindWeight(layer, "ffn_latent_up") is { } up ? g.MulMat(up, experts) : experts;
        return g.Add(experts, graph.FeedForward(x, layer, Activation.Squared, "_shexp"));
    }
}
