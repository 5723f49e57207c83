using GGUFPacker.Estimation.Models;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>exaone4</c> (src/models/exaone4.cpp): layers that see the whole context do not rotate.</summary>
internal static class Exaone4
{
    private static readonly StandardDecoder Decoder = new()
    {
        UsesRopeFactors = true,
        HeadNorm = HeadNorm.EachHead,
        NormsInputs = false,
        NormsResults = true,
        Rotates = (graph, layer) => graph.Shape.SlidingWindowKind == SlidingWindowKind.None || graph.Shape.SlidingWindowLayers[layer],
    };

    public static void Build(ModelGraph graph) => Decoder.Build(graph);
}
