using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs;

/// <summary>
/// What the graphs have in common that draft with a model's own layer for further tokens (graph_mtp of llama.cpp's src/models): they begin with the last
/// token's embedding beside the state that the model, or the layer itself, has made before it, and end with a norm and a head of the layer's own, or the
/// model's.
/// </summary>
internal static class PredictionGraph
{
    /// <summary>Embeddings and states, normed, side by side, and the projection of both.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="norm">How both are normed.</param>
    /// <param name="scales">Whether the projection's scale is used, if there is one.</param>
    public static GraphTensor Begin(ModelGraph graph, NormKind norm = NormKind.Rms, bool scales = true)
    {
        var (g, layer) = (graph.G, graph.PredictionLayer);
        var tokens = g.Input(TensorType.I32, graph.Tokens);
        var states = g.Input(TensorType.F32, graph.Shape.EmbeddingLength, graph.Tokens);
        var embeddings = g.GetRows(graph.FindWeight(layer, "nextn.embed_tokens") ?? graph.EmbeddingWeight, tokens);
        states = graph.Norm(states, graph.Weight(layer, "nextn.hnorm"), null, norm, layer);
        embeddings = graph.Norm(embeddings, graph.Weight(layer, "nextn.enorm"), null, norm, layer);
        return graph.Multiply(graph.Weight(layer, "nextn.eh_proj"), g.Concat(embeddings, states, 0), scales ? graph.FindScale(layer, "nextn.eh_proj") : null);
    }

    /// <summary>The norm, whose result the next draft begins with, and the logits of some of its rows.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="x">The layer's result.</param>
    /// <param name="outputIds">Which rows; null if no others are left.</param>
    /// <param name="norm">How the result is normed.</param>
    /// <param name="scales">Whether the head's scale is used, if there is one.</param>
    /// <param name="scalesLogits">Whether logits are scaled.</param>
    public static void Finish(
        ModelGraph graph, GraphTensor x, GraphTensor? outputIds, NormKind norm = NormKind.Rms, bool scales = true, bool scalesLogits = false)
    {
        x = graph.Norm(x, HeadNorm(graph), null, norm, -1);
        graph.HiddenStates = x;
        FinishWithLogits(graph, outputIds is null ? x : graph.G.GetRows(x, outputIds), scales, scalesLogits);
    }

    /// <summary>The same where the next draft begins with what is not normed yet, of the rows that have logits.</summary>
    public static void FinishWithRows(ModelGraph graph, GraphTensor x, GraphTensor outputIds, bool scales = true)
    {
        x = graph.G.GetRows(x, outputIds);
        graph.HiddenStates = x;
        FinishWithLogits(graph, graph.RmsNorm(x, HeadNorm(graph), -1), scales);
    }

    /// <summary>The layer's norm before its head; the model's if it has none.</summary>
    public static GraphTensor HeadNorm(ModelGraph graph) =>
        graph.FindWeight(graph.PredictionLayer, "nextn.shared_head_norm")
            ?? graph.FindWeight(graph.PredictionLayer, "layer_output_norm")
            ?? graph.Weight("output_norm.weight");

    /// <summary>The logits by the layer's head; by the model's if it has none.</summary>
    public static void FinishWithLogits(ModelGraph graph, GraphTensor x, bool scales = true, bool scalesLogits = false)
    {
        var layer = graph.PredictionLayer;
        var head = graph.FindWeight(layer, "nextn.shared_head_head");
        var scale = !scales ? null : head is null ? graph.FindWeight("output.scale") : graph.FindScale(layer, "nextn.shared_head_head");
        graph.Logits = graph.Multiply(head ?? graph.OutputWeight, x, scale);
        graph.Logits = scalesLogits ? graph.G.Scale(graph.Logits) : graph.Logits;
        graph.Expand(graph.Logits);
    }
}
