namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>laguna</c> (src/models/laguna.cpp): a gate on the attention's result, windows if the header has them, experts with a shared one.</summary>
internal static class Laguna
{
    private static readonly StandardDecoder Decoder = new()
    {
        HeadNorm = HeadNorm.EachHead,
        GatesAttention = true,
        FeedForward = FeedForward,
    };

    public static void Build(ModelGraph graph) => Decoder.Build(graph);

    private static GraphTensor FeedForward(ModelGraph graph, GraphTensor x, int layer) => layer < graph.Shape.DenseLeadLayers
        ? graph.FeedForward(x, layer, Activation.Gated)
        : graph.ExpertsAndShared(x, layer, ExpertOptions.Default with { Gating = graph.GatingOr(ExpertGating.Sigmoid), Normalizes = graph.NormalizesExperts });
}
