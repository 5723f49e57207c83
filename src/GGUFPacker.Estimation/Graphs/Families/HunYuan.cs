namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>hunyuan-dense</c>, <c>hunyuan_vl</c> and <c>hunyuan-moe</c> (src/models/hunyuan-vl.cpp, hunyuan-moe.cpp).</summary>
internal static class HunYuan
{
    private static readonly StandardDecoder Dense = new() { UsesRopeFactors = true, HeadNorm = HeadNorm.EachHead, NormsRotatedHeads = true };

    private static readonly StandardDecoder Experts = Dense with { FeedForward = FeedForward };

    public static void Build(ModelGraph graph) => Dense.Build(graph);

    public static void BuildExperts(ModelGraph graph) => Experts.Build(graph);

    private static GraphTensor FeedForward(ModelGraph graph, GraphTensor x, int layer)
    {
        var shared = graph.FeedForward(x, layer, Activation.Gated, "_shexp");
        return graph.G.Add(graph.Experts(x, layer, ExpertOptions.Default), shared);
    }
}
