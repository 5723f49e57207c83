namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>mistral3</c>: Mistral Small 3 and Ministral 3 (src/models/mistral3.cpp).</summary>
internal static class Mistral3
{
    private static readonly StandardDecoder Decoder = new() { UsesRopeFactors = true, HasTemperature = true, FeedForward = Llama.FeedForward };

    public static void Build(ModelGraph graph) => Decoder.Build(graph);
}
