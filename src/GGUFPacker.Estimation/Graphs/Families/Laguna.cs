using GGUFPacker.Estimation.Graphs.Layers;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>laguna</c> (src/models/laguna.cpp): a gate on the attention's result, windows if the header has them, experts with a shared one.
/// </summary>
internal static class Laguna
{
    private static readonly StandardDecoder Decoder = new()
    {
        HeadNorm = HeadNorm.EachHead,
        GatesAttention = true,
        Unused = UnusedTensors.LogitsScale,
        FeedForward = (graph, x, layer) => SharedExpertNetwork.Build(graph, x, layer, ExpertGating.Sigmoid),
    };

    public static void Build(ModelGraph graph) => Decoder.Build(graph);
}
