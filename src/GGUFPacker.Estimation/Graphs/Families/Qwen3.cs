namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>qwen3</c> and <c>qwen3moe</c> (src/models/qwen3.cpp, qwen3moe.cpp), <c>qwen3vl</c> and <c>qwen3vlmoe</c>, whose images also come in behind
/// the first layers, and <c>qwen3tts</c>, whose output has fewer rows than its input.
/// </summary>
internal static class Qwen3
{
    private static readonly StandardDecoder Dense = new() { HeadNorm = HeadNorm.EachHead };

    private static readonly StandardDecoder Experts = Dense with { FeedForward = (graph, x, layer) => graph.Experts(x, layer, ExpertOptions.Default) };

    public static void Build(ModelGraph graph) => Dense.Build(graph);

    public static void BuildExperts(ModelGraph graph) => Experts.Build(graph);

    public static void BuildVision(ModelGraph graph) => (Dense with { AfterLayer = AddImage }).Build(graph);

    public static void BuildSpeech(ModelGraph graph) => (Dense with { AfterLayer = AddImage, PadsLogits = true }).Build(graph);

    public static void BuildVisionExperts(ModelGraph graph) => (Experts with { AfterLayer = AddImage }).Build(graph);

    /// <summary>Adds the part of the input that belongs behind a layer: the parts lie side by side in each row.</summary>
    private static GraphTensor AddImage(ModelGraph graph, GraphTensor x, int layer)
    {
        long columns = graph.Shape.EmbeddingLength;
        if (layer >= (graph.Shape.InputEmbeddingLength / columns) - 1 || graph.InputEmbedding is not { } input)
        {
            return x;
        }

        return graph.G.Add(x, graph.G.View2D(input, columns, graph.Tokens, input.Nb[1], (layer + 1) * columns * sizeof(float)));
    }
}
