namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>glm4moe</c>: GLM 4.5 and its like (src/models/glm4-moe.cpp).</summary>
internal static class Glm4Moe
{
    private static readonly StandardDecoder Decoder = new()
    {
        HeadNorm = HeadNorm.EachHeadIfAny,
        FeedForwardNorm = "post_attention_norm",
        MarksHiddenStates = true,
        FeedForward = FeedForward,
    };

    public static void Build(ModelGraph graph) => Decoder.Build(graph);

    /// <summary>The graph that drafts.</summary>
    public static void BuildPrediction(ModelGraph graph) => Decoder.BuildPrediction(graph, scales: true);

    private static GraphTensor FeedForward(ModelGraph graph, GraphTensor x, int layer)
    {
        if (layer < graph.Shape.DenseLeadLayers)
        {
            return graph.FeedForward(x, layer, Activation.Gated);
        }

        var options = ExpertOptions.Default with { Gating = ExpertGating.Sigmoid, Normalizes = graph.Shape.Number("expert_weights_norm") is not (null or 0) };
        var experts = graph.Experts(x, layer, options);
        return graph.G.Add(experts, graph.FeedForward(x, layer, Activation.Gated, "_shexp"));
    }
}
