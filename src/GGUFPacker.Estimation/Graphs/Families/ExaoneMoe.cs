using GGUFPacker.Estimation.Graphs.Layers;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>exaone-moe</c> (src/models/exaone-moe.cpp): layers that see the whole context do not rotate.</summary>
internal static class ExaoneMoe
{
    private static readonly StandardDecoder Decoder = new()
    {
        UsesRopeFactors = true,
        HeadNorm = HeadNorm.EachHead,
        Rotates = (graph, layer) => graph.Shape.SlidingWindowLayers[layer],
        FeedForward = (graph, x, layer) => SharedExpertNetwork.Build(graph, x, layer, ExpertGating.Softmax),
    };

    public static void Build(ModelGraph graph) => Decoder.Build(graph);
}
