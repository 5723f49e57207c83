namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>llama</c>: Llama, Mistral, and Mixtral's experts; and <c>llama-embed</c>, where tokens see each other in both directions
/// (src/models/llama.cpp).
/// </summary>
internal static class Llama
{
    private static readonly StandardDecoder Decoder = new() { UsesRopeFactors = true, FeedForward = FeedForward };

    private static readonly StandardDecoder Encoder = Decoder with { IsEncoder = true };

    public static void Build(ModelGraph graph) => Decoder.Build(graph);

    public static void BuildEmbedding(ModelGraph graph) => Encoder.Build(graph);

    public static GraphTensor FeedForward(ModelGraph graph, GraphTensor x, int layer) => graph.HasExperts(layer)
        ? graph.Experts(x, layer, ExpertOptions.Default)
        : graph.FeedForward(x, layer, Activation.Gated);
}
