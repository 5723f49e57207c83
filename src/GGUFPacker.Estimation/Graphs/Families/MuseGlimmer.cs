namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>muse-glimmer</c> (src/models/muse-glimmer.cpp): gated attention; the embeddings, and what attention, for all tokens, and feed-forward network
/// give, are normed.
/// </summary>
internal static class MuseGlimmer
{
    // The reference does not say of which layer the norms of results are, so nothing keeps them on its device.
    private static readonly StandardDecoder Decoder = new()
    {
        NormsEmbeddings = true,
        HeadNorm = HeadNorm.EachHead,
        GatesAttention = true,
        Rotates = (graph, layer) => graph.Shape.SlidingWindowLayers[layer],
        AfterAttention = (graph, x, layer) => graph.RmsNorm(x, graph.Weight(layer, "post_attention_norm"), -1),
        FeedForward = (graph, x, layer) => graph.RmsNorm(graph.FeedForward(x, layer, Activation.Gated), graph.Weight(layer, "post_ffw_norm"), -1),
        ScalesLogits = true,
    };

    public static void Build(ModelGraph graph) => (Decoder with { CapsLogits = graph.Shape.Number("final_logit_softcapping") is not (null or 0) }).Build(graph);
}
