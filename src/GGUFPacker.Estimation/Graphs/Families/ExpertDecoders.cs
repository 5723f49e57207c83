using GGUFPacker.Estimation.Graphs.Layers;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// Families with experts in some or all layers that differ from <see cref="StandardDecoder"/> in its options and in how experts are chosen: llama.cpp's
/// src/models, by their names there.
/// </summary>
internal static class ExpertDecoders
{
    private static readonly ExpertOptions Unnormalized = ExpertOptions.Default with { Normalizes = false };

    private static readonly ExpertOptions Sigmoid = ExpertOptions.Default with { Gating = ExpertGating.Sigmoid };

    public static StandardDecoder BailingMoe { get; } = new()
    {
        FeedForward = (graph, x, layer) => graph.ExpertsAndShared(x, layer, ExpertOptions.Default with { Normalizes = graph.NormalizesExperts }),
    };

    /// <summary>bailingmoe2 and dots1.</summary>
    public static StandardDecoder BailingMoe2 { get; } = new()
    {
        HeadNorm = HeadNorm.EachHead,
        FeedForward = (graph, x, layer) => SharedExpertNetwork.Build(graph, x, layer, ExpertGating.Softmax),
    };

    public static StandardDecoder Dbrx { get; } = new()
    {
        Norm = NormKind.Layer,
        ClampsProjections = true,
        FeedForwardNorm = "attn_output_norm",
        FeedForward = (graph, x, layer) => graph.Experts(x, layer, ExpertOptions.Default),
    };

    public static StandardDecoder DeepSeek { get; } = new()
    {
        FeedForward = (graph, x, layer) => graph.HasExperts(layer)
            ? graph.ExpertsAndShared(x, layer, Unnormalized)
            : graph.FeedForward(x, layer, Activation.Gated),
    };

    public static StandardDecoder HyV3 { get; } = new()
    {
        HeadNorm = HeadNorm.EachHead,
        UsesRopeFactors = true,
        TakesOutputsLast = true,
        FeedForward = (graph, x, layer) => SharedExpertNetwork.Build(graph, x, layer, ExpertGating.Sigmoid),
    };

    public static StandardDecoder LladaMoe { get; } = new()
    {
        IsCacheless = true,
        HeadNorm = HeadNorm.EachHead,
        FeedForward = (graph, x, layer) => graph.Experts(x, layer, Unnormalized),
    };

    public static StandardDecoder Maple { get; } = new()
    {
        HeadNorm = HeadNorm.EachHead,
        Rotates = (graph, layer) => graph.Shape.SlidingWindowLayers[layer],
        FeedForward = (graph, x, layer) => graph.Experts(x, layer, ExpertOptions.Default),
    };

    public static StandardDecoder Mellum { get; } = new()
    {
        HeadNorm = HeadNorm.EachHead,
        FeedForward = (graph, x, layer) => graph.Experts(x, layer, ExpertOptions.Default),
    };

    /// <summary>What attention gives is scaled if the header says so.</summary>
    public static StandardDecoder Mimo2 { get; } = new()
    {
        HasSinks = true,
        Unused = UnusedTensors.ProjectionBiasesAndScales,
        AfterAttention = (graph, x, _) => graph.Shape.Number("attention.value_scale") is null or 0 or 1 ? x : graph.G.Scale(x),
        FeedForward = (graph, x, layer) => graph.HasExperts(layer) ? graph.Experts(x, layer, Sigmoid) : graph.FeedForward(x, layer, Activation.Gated),
    };

    public static StandardDecoder Rnd1 { get; } = Mellum with { IsCacheless = true };
}
