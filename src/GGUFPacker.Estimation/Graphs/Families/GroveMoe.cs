namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>grovemoe</c> (src/models/grovemoe.cpp): behind the experts small ones, of which a group of experts has one together.</summary>
internal static class GroveMoe
{
    private static readonly StandardDecoder Decoder = new() { HeadNorm = HeadNorm.EachHead, FeedForward = FeedForward };

    public static void Build(ModelGraph graph) => Decoder.Build(graph);

    private static GraphTensor FeedForward(ModelGraph graph, GraphTensor x, int layer)
    {
        var g = graph.G;
        var options = ExpertOptions.Default with { SelectsBySigmoid = true };
        var logits = g.MulMat(graph.Weight(layer, "ffn_gate_inp"), x);
        x = graph.Experts(x, layer, options, logits);
        var adjugate = graph.Experts(x, layer, options with { Suffix = "_chexps" }, logits);
        return g.Add(x, g.Scale(adjugate));
    }
}
