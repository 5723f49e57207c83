using GGUFPacker.Estimation.Graphs.Layers;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>eagle3</c> (src/models/eagle3.cpp), a drafter: one layer over tokens and what the target's layers gave for them. Memory is reserved for the
/// decoder; the encoder, one product, is made when it runs.
/// </summary>
internal static class Eagle3
{
    public static void Build(ModelGraph graph)
    {
        var (g, shape) = (graph.G, graph.Shape);
        if (graph.Layers != 1)
        {
            throw new EstimateException($"An EAGLE-3 drafter of {graph.Layers} layers: llama.cpp takes those of one.");
        }

        var embeddings = graph.FindWeight("token_embd.weight") ?? graph.FindTargetWeight("token_embd.weight");
        var output = graph.FindWeight("output.weight") ?? graph.TargetOutputWeight;
        var tokens = g.Input(TensorType.I32, graph.Tokens);
        var features = g.Input(TensorType.F32, shape.EmbeddingLength, graph.Tokens);
        var x = g.GetRows(embeddings ?? throw Missing("token_embd"), tokens);
        var positions = graph.InputPositions();
        var inputs = graph.InputAttention();
        x = graph.RmsNorm(x, graph.Weight(0, "attn_norm"), 0);
        var normed = graph.RmsNorm(features, graph.Weight(0, "attn_norm_2"), -1);
        var residual = shape.Number("norm_before_residual") is not (null or 0) ? normed : features;
        var (q, k, v) = graph.QueryKeyValue(g.Concat(x, normed, 0), 0);
        var factors = graph.RopeFactors(0);
        x = g.Add(graph.Attention(inputs, g.Rope(q, positions, factors), g.Rope(k, positions, factors), v, 0), residual);
        x = g.Add(graph.FeedForward(graph.RmsNorm(x, graph.Weight(0, "ffn_norm"), 0), 0, Activation.Gated), x);
        graph.HiddenStates = x;

        x = g.MulMat(output ?? throw Missing("output"), graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1));
        graph.Logits = DraftVocabulary.Scatter(graph, x);
        graph.Expand(graph.Logits);
    }

    private static UnknownGraphException Missing(string name) => new($"Neither the eagle3 model nor its target has {name}.weight.");
}
