namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>qwen2</c>: Qwen 2 and 2.5 (src/models/qwen2.cpp).</summary>
internal static class Qwen2
{
    private static readonly StandardDecoder Decoder = new();

    public static void Build(ModelGraph graph) => Decoder.Build(graph);
}
