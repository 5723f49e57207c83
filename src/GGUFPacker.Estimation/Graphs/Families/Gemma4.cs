using GGUFPacker.Estimation.Graphs.Layers;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>gemma4</c> (src/models/gemma4.cpp): windows, last layers that read the caches of earlier ones, embeddings for each layer, experts beside a
/// dense network.
/// </summary>
internal static class Gemma4
{
    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        var x = g.Scale(graph.InputEmbeddings());
        var positions = graph.InputPositions();
        var (full, window) = graph.InputWindowedAttention();
        var outputIds = graph.InputOutputIds();
        var perLayer = LayerEmbeddings.Build(graph, x);
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            x = Attend(graph, graph.Shape.SlidingWindowLayers[layer] ? window : full, x, positions, layer);
            x = graph.RmsNorm(x, graph.Weight(layer, "post_attention_norm"), layer);
            var attended = g.Add(x, residual);
            x = graph.RmsNorm(FeedForward(graph, attended, layer), graph.Weight(layer, "post_ffw_norm"), -1);
            x = g.Add(x, attended);
            x = perLayer is null ? x : g.Add(x, LayerEmbeddings.Mix(graph, perLayer, x, layer));
            x = graph.FindWeight(layer, "layer_output_scale") is { } scale ? g.Mul(x, scale) : x;
        }

        x = graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1);
        graph.HiddenStates = x;
        graph.FinishWithLogits(g.GetRows(x, outputIds), capsLogits: graph.Shape.Number("final_logit_softcapping") is > 0);
    }

    private static GraphTensor Attend(ModelGraph graph, AttentionInputs inputs, GraphTensor x, GraphTensor positions, int layer)
    {
        var (g, shape) = (graph.G, graph.Shape);
        long length = shape.KeyLength(layer);
        long heads = shape.Heads[layer];
        long keyHeads = shape.KeyValueHeads[layer];
        var factors = shape.SlidingWindowLayers[layer] ? null : graph.FindShared("rope_freqs.weight", layer);
        var fused = graph.FindWeight(layer, "attn_qkv") is { } weight ? graph.Multiply(weight, x, graph.FindScale(layer, "attn_qkv")) : null;
        var q = g.Reshape(Part("attn_q", 0, heads)!, length, heads, graph.Tokens);
        q = g.Rope(graph.RmsNorm(q, graph.Weight(layer, "attn_q_norm"), layer), positions, factors);
        GraphTensor? k = null;
        GraphTensor? v = null;
        if (shape.HasCache(layer))
        {
            k = Part("attn_k", heads, keyHeads)!;

            // Without a matrix of their own the values are the keys before they are normed.
            v = Part("attn_v", heads + keyHeads, keyHeads) ?? k;
            k = g.Reshape(k, length, keyHeads, graph.Tokens);
            v = g.Reshape(v, length, keyHeads, graph.Tokens);
            k = graph.RmsNorm(k, graph.Weight(layer, "attn_k_norm"), layer);
            v = g.RmsNorm(v);
            k = g.Rope(k, positions, factors);
        }

        x = graph.AttentionCore(inputs, q, k, v, layer);
        return graph.Multiply(graph.Weight(layer, "attn_output"), x, graph.FindScale(layer, "attn_output"));

        GraphTensor? Part(string name, long firstHead, long count)
        {
            if (fused is not null)
            {
                return g.Cont(g.View2D(fused, length * count, graph.Tokens, fused.Nb[1], firstHead * length * fused.Nb[0]));
            }

            return name == "attn_v" && graph.FindWeight(layer, name) is null
                ? null
                : graph.Multiply(graph.Weight(layer, name), x, graph.FindScale(layer, name));
        }
    }

    private static GraphTensor FeedForward(ModelGraph graph, GraphTensor attended, int layer)
    {
        var g = graph.G;
        var dense = graph.FeedForward(graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer), layer, Activation.Gated);
        if (!graph.HasExperts(layer))
        {
            return dense;
        }

        dense = graph.RmsNorm(dense, graph.Weight(layer, "post_ffw_norm_1"), layer);
        var x = graph.RmsNorm(attended, graph.Weight(layer, "pre_ffw_norm_2"), layer);
        var routed = g.Mul(g.Scale(g.RmsNorm(attended)), graph.FindScale(layer, "ffn_gate_inp")!);
        var logits = graph.Multiply(graph.Weight(layer, "ffn_gate_inp"), routed);
        x = graph.Experts(x, layer, ExpertOptions.Default, logits);
        return g.Add(dense, graph.RmsNorm(x, graph.Weight(layer, "post_ffw_norm_2"), layer));
    }
}
