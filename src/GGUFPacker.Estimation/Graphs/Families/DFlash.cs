using GGUFPacker.Estimation.Graphs.Layers;
using GGUFPacker.Estimation.Models;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>dflash</c> (src/models/dflash.cpp), a drafter of whole blocks of tokens: DFlash, DFlash 2 with its convolutions and selector, DSpark with its
/// Markov head. Memory is reserved for the decoder of tokens; the graph that takes the target's features in is made when it runs.
/// </summary>
internal static class DFlash
{
    public static void Build(ModelGraph graph)
    {
        var (g, shape) = (graph.G, graph.Shape);
        if (shape.Number("hyper_connection.count") is > 0)
        {
            DFlashDeepSeek4.Build(graph);
            return;
        }

        var positions = graph.InputPositions();
        var (full, window) = shape.SlidingWindowKind == SlidingWindowKind.None ? (graph.InputAttention(), null) : graph.InputWindowedAttention();
        var tokens = g.Input(TensorType.I32, graph.Tokens);
        var x = g.GetRows(Embeddings(graph), tokens);
        x = shape.Number("embedding_scale") is not (null or 0) ? g.Scale(x) : x;
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var inputs = shape.SlidingWindowLayers[layer] && window is not null ? window : full;
            x = FeedForward(graph, Attend(graph, x, positions, inputs, layer), layer);
        }

        x = graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1);
        graph.Embeddings = x;
        graph.Logits = DraftVocabulary.Scatter(graph, Logits(graph, x));
        graph.Expand(graph.Logits);
        DraftMarkovHead.Build(graph, tokens);
        DraftSelector.Build(graph, tokens);
    }

    private static GraphTensor Attend(ModelGraph graph, GraphTensor x, GraphTensor positions, AttentionInputs inputs, int layer)
    {
        var (g, shape) = (graph.G, graph.Shape);
        var residual = x;
        x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
        var mixing = DraftConvolution.Coefficients(graph, x, layer, "attn");
        x = mixing is null ? x : DraftConvolution.Build(graph, x, mixing, layer, "attn", side: 0);
        var q = Project(x, "attn_q");
        var k = Project(x, "attn_k");
        var hasValues = graph.FindWeight(layer, "attn_v") is not null;
        var v = hasValues ? Project(x, "attn_v") : k;
        var (length, keyHeads) = (shape.KeyLength(layer), shape.KeyValueHeads[layer]);
        q = g.Reshape(q, length, shape.Heads[layer], graph.Tokens);
        k = g.Reshape(k, length, keyHeads, graph.Tokens);
        v = g.Reshape(v, length, keyHeads, graph.Tokens);
        q = graph.RmsNorm(q, graph.Weight(layer, "attn_q_norm"), layer);
        k = graph.RmsNorm(k, graph.Weight(layer, "attn_k_norm"), layer);
        v = hasValues ? v : g.RmsNorm(v);
        var factors = shape.PositionsPerToken > 1 ? null : graph.FindShared("rope_freqs.weight", 0);
        x = graph.Attention(inputs, g.Rope(q, positions, factors), g.Rope(k, positions, factors), v, layer, graph.FindWeight(layer, "attn_sinks"));
        x = mixing is null ? x : DraftConvolution.Build(graph, x, mixing, layer, "attn", side: 1);
        x = graph.FindWeight(layer, "post_attention_norm") is { } norm ? graph.RmsNorm(x, norm, layer) : x;
        return g.Add(x, residual);

        GraphTensor Project(GraphTensor input, string name) => graph.Multiply(graph.Weight(layer, name), input, graph.FindScale(layer, name));
    }

    private static GraphTensor FeedForward(ModelGraph graph, GraphTensor attended, int layer)
    {
        var g = graph.G;
        var x = graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer);
        var mixing = DraftConvolution.Coefficients(graph, x, layer, "ffn");
        x = mixing is null ? x : DraftConvolution.Build(graph, x, mixing, layer, "ffn", side: 0);
        x = graph.FeedForward(x, layer, Activation.Gated);
        x = mixing is null ? x : DraftConvolution.Build(graph, x, mixing, layer, "ffn", side: 1);
        x = graph.FindWeight(layer, "post_ffw_norm") is { } norm ? graph.RmsNorm(x, norm, layer) : x;
        x = g.Add(x, attended);
        return graph.FindWeight(layer, "layer_output_scale") is { } scale ? g.Mul(x, scale) : x;
    }

    /// <summary>The model's own embeddings, or its target's.</summary>
    public static GraphTensor Embeddings(ModelGraph graph) =>
        graph.FindWeight("token_embd.weight") ?? graph.FindTargetWeight("token_embd.weight") ?? throw Missing("token_embd");

    /// <summary>The product with the model's own output matrix, or with its target's.</summary>
    public static GraphTensor Output(ModelGraph graph, GraphTensor x)
    {
        var ownsOutput = graph.FindWeight("output.weight") is not null || graph.FindWeight("token_embd.weight") is not null;
        return ownsOutput
            ? graph.Multiply(graph.OutputWeight, x, graph.FindWeight("output.scale"))
            : graph.Multiply(graph.TargetOutputWeight ?? throw Missing("output"), x, graph.FindTargetWeight("output.scale"));
    }

    private static GraphTensor Logits(ModelGraph graph, GraphTensor x)
    {
        var (g, shape) = (graph.G, graph.Shape);
        x = Output(graph, x);
        if (graph.FindWeight("selector_hidden.weight") is null)
        {
            return x;
        }

        // DFlash 2's selector reads logits as the target makes them.
        x = shape.Number("logit_scale") is not (null or 0) ? g.Scale(x) : x;
        return shape.Number("final_logit_softcapping") is > 0 ? g.Scale(g.Unary(g.Scale(x))) : x;
    }

    private static UnknownGraphException Missing(string name) => new($"Neither the dflash model nor its target has {name}.weight.");
}
