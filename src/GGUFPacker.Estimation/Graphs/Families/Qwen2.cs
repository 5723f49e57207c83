namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>qwen2</c>, Qwen 2 and 2.5, and <c>qwen2moe</c> (src/models/qwen2.cpp, qwen2moe.cpp).</summary>
internal static class Qwen2
{
    private static readonly StandardDecoder Dense = new();

    private static readonly StandardDecoder Experts = new() { FeedForward = FeedForward };

    private static readonly ExpertOptions Options = ExpertOptions.Default with { Normalizes = false };

    public static void Build(ModelGraph graph) => Dense.Build(graph);

    public static void BuildExperts(ModelGraph graph) => Experts.Build(graph);

    private static GraphTensor FeedForward(ModelGraph graph, GraphTensor x, int layer)
    {
        var g = graph.G;
        var experts = graph.Experts(x, layer, Options);
        var gate = g.MulMat(graph.Weight(layer, "ffn_gate_inp_shexp"), x);
        gate = g.Div(g.Unary(gate), gate);
        var shared = graph.FeedForward(x, layer, Activation.Gated, "_shexp");
        return g.Add(experts, g.Mul(shared, gate));
    }
}
