namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>starcoder2</c> (src/models/starcoder2.cpp).</summary>
internal static class Starcoder2
{
    private static readonly StandardDecoder Decoder = new()
    {
        Norm = NormKind.Layer,
        FeedForward = (graph, x, layer) => graph.FeedForward(x, layer, Activation.Plain),
    };

    public static void Build(ModelGraph graph) => Decoder.Build(graph);
}
