namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>minimax-m2</c> (src/models/minimax-m2.cpp).</summary>
internal static class MiniMaxM2
{
    private static readonly StandardDecoder Decoder = new()
    {
        HeadNorm = HeadNorm.AllHeads,
        FeedForward = (graph, x, layer) => graph.Experts(x, layer, ExpertOptions.Default with { Gating = ExpertGating.Sigmoid }),
    };

    public static void Build(ModelGraph graph) => Decoder.Build(graph);
}
