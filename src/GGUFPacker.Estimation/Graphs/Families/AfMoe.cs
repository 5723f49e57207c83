using GGUFPacker.Estimation.Graphs.Layers;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>llama.cpp's <c>afmoe</c> (src/models/afmoe.cpp): gated attention, and norms of what attention, for all tokens, and experts give.</summary>
internal static class AfMoe
{
    // Every fourth layer's queries and keys are not rotated (n_no_rope_layer_step).
    private const int UnrotatedStep = 4;

    private static readonly StandardDecoder Decoder = new()
    {
        ScalesEmbeddings = true,
        HeadNorm = HeadNorm.EachHead,
        GatesAttention = true,
        Rotates = (_, layer) => (layer + 1) % UnrotatedStep != 0,
        AfterAttention = (graph, x, layer) => graph.RmsNorm(x, graph.Weight(layer, "post_attention_norm"), layer),
        FeedForward = (graph, x, layer) => graph.RmsNorm(
            SharedExpertNetwork.Build(graph, x, layer, ExpertGating.Sigmoid), graph.Weight(layer, "post_ffw_norm"), layer),
    };

    public static void Build(ModelGraph graph) => Decoder.Build(graph);
}
