namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>phi3</c> and <c>phimoe</c> (src/models/phi3.cpp).</summary>
internal static class Phi3
{
    private static readonly StandardDecoder Decoder = new() { UsesRopeFactors = true, ScalesQueries = true, AddsToResidual = true, FeedForward = FeedForward };

    public static void Build(ModelGraph graph) => Decoder.Build(graph);

    private static GraphTensor FeedForward(ModelGraph graph, GraphTensor x, int layer) =>
        graph.HasExperts(layer) ? graph.Experts(x, layer, ExpertOptions.Default) : graph.FeedForward(x, layer, Activation.Halved);
}
