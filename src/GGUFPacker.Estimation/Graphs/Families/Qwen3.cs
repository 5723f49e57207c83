namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>qwen3</c> and <c>qwen3moe</c> (src/models/qwen3.cpp, qwen3moe.cpp).</summary>
internal static class Qwen3
{
    private static readonly StandardDecoder Dense = new() { HeadNorm = HeadNorm.EachHead };

    private static readonly StandardDecoder Experts = new()
    {
        HeadNorm = HeadNorm.EachHead,
        FeedForward = (graph, x, layer) => graph.Experts(x, layer, ExpertOptions.Default),
    };

    public static void Build(ModelGraph graph) => Dense.Build(graph);

    public static void BuildExperts(ModelGraph graph) => Experts.Build(graph);
}
