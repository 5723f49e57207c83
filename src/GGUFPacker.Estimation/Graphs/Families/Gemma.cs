namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>gemma</c>, <c>gemma2</c>, <c>gemma3</c> and <c>gemma-embedding</c> (src/models/gemma.cpp and its siblings).</summary>
internal static class Gemma
{
    private static readonly StandardDecoder First = new() { ScalesEmbeddings = true, ScalesQueries = true };

    private static readonly StandardDecoder Second = First with { NormsResults = true, CapsScores = true, CapsLogits = true };

    private static readonly StandardDecoder Third = First with { NormsResults = true, HeadNorm = HeadNorm.EachHead };

    public static void Build(ModelGraph graph) => First.Build(graph);

    public static void Build2(ModelGraph graph) => Second.Build(graph);

    public static void BuildEmbedding(ModelGraph graph) => (Third with { IsEncoder = true }).Build(graph);

    public static void Build3(ModelGraph graph) => (Third with { CapsLogits = graph.Shape.Number("final_logit_softcapping") is > 0 }).Build(graph);
}
