namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>eurobert</c> (src/models/eurobert.cpp).</summary>
internal static class EuroBert
{
    private static readonly StandardDecoder Encoder = new() { IsEncoder = true };

    public static void Build(ModelGraph graph) => Encoder.Build(graph);
}
