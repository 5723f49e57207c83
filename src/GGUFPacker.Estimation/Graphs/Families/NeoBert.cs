namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>neo-bert</c> (src/models/neo-bert.cpp).</summary>
internal static class NeoBert
{
    private static readonly StandardDecoder Encoder = new()
    {
        IsEncoder = true,
        OutputNorm = "enc.output_norm",
        FeedForward = (graph, x, layer) => graph.FeedForward(x, layer, Activation.Halved),
    };

    public static void Build(ModelGraph graph) => Encoder.Build(graph);
}
