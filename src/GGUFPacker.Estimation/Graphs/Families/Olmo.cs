namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>olmo</c>, <c>olmo2</c> and <c>olmoe</c> (src/models/olmo.cpp, olmo2.cpp, olmoe.cpp).</summary>
internal static class Olmo
{
    private static readonly StandardDecoder First = new() { Norm = NormKind.Layer, HasNormWeights = false, ClampsProjections = true };

    private static readonly StandardDecoder Second = new() { HeadNorm = HeadNorm.AllHeads, NormsInputs = false, NormsResults = true };

    private static readonly ExpertOptions Options = ExpertOptions.Default with { Normalizes = false };

    private static readonly StandardDecoder Experts = new()
    {
        HeadNorm = HeadNorm.AllHeads,
        FeedForward = (graph, x, layer) => graph.Experts(x, layer, Options),
    };

    public static void Build(ModelGraph graph) => First.Build(graph);

    public static void Build2(ModelGraph graph) => Second.Build(graph);

    public static void BuildExperts(ModelGraph graph) => Experts.Build(graph);
}
