namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>smollm3</c> (src/models/smollm3.cpp): every fourth layer does not rotate.</summary>
internal static class SmolLm3
{
    private static readonly StandardDecoder Decoder = new() { Rotates = (_, layer) => (layer + 1) % 4 != 0 };

    public static void Build(ModelGraph graph) => Decoder.Build(graph);
}
