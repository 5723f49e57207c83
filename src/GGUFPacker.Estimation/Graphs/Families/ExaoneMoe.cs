namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>exaone-moe</c> (src/models/exaone-moe.cpp): layers that see the whole context do not rotate.</summary>
internal static class ExaoneMoe
{
    private static readonly StandardDecoder Decoder = new()
    {
        UsesRopeFactors = true,
        HeadNorm = HeadNorm.EachHead,
        Rotates = (graph, layer) => graph.Shape.SlidingWindowLayers[layer],
        FeedForward = FeedForward,
    };

    public static void Build(ModelGraph graph) => Decoder.Build(graph);

    private static GraphTensor FeedForward(ModelGraph graph, GraphTensor x, int layer) => graph.HasExperts(layer)
        ? graph.ExpertsAndShared(x, layer, ExpertOptions.Default with { Gating = graph.GatingOr(ExpertGating.Softmax), Normalizes = graph.NormalizesExperts })
        : graph.FeedForward(x, layer, Activation.Gated);
}
