namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>qwen3</c> and <c>qwen3moe</c> (src/models/qwen3.cpp, qwen3moe.cpp).</summary>
internal static class Qwen3
{
    private static readonly StandardDecoder Dense = new() { NormsHeads = true };

    private static readonly StandardDecoder Experts = new()
    {
        NormsHeads = true,
        FeedForward = (graph, x, layer) =>
            graph.Experts(x, layer, ExpertOptions.Default with { WeightScale = graph.Shape.Number("expert_weights_scale") ?? 0 }),
    };

    public static void Build(ModelGraph graph) => Dense.Build(graph);

    public static void BuildExperts(ModelGraph graph) => Experts.Build(graph);
}
