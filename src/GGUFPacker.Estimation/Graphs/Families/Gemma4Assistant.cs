using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>gemma4-assistant</c> (src/models/gemma4-assistant.cpp), a drafter: it begins with its target's embeddings and last hidden states, and its
/// layers have queries alone: keys and values are those of the target's last layers.
/// </summary>
internal static class Gemma4Assistant
{
    public static void Build(ModelGraph graph)
    {
        var (g, shape) = (graph.G, graph.Shape);
        var tokens = g.Input(TensorType.I32, graph.Tokens);
        var states = g.Input(TensorType.F32, shape.InputEmbeddingLength, graph.Tokens);
        var table = graph.FindTargetWeight("token_embd.weight")
            ?? throw new UnknownGraphException("The target of a gemma4-assistant model has no token_embd.weight.");
        var x = g.Concat(g.Scale(g.GetRows(table, tokens)), states, 0);
        x = g.MulMat(graph.Weight("nextn.pre_projection.weight"), x);
        var (full, window) = graph.InputWindowedAttention();
        var positions = graph.InputPositions();
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < shape.PredictionLayers; layer++)
        {
            var residual = x;
            var isWindow = shape.SlidingWindowLayers[layer];
            x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            var q = g.Reshape(graph.Multiply(graph.Weight(layer, "attn_q"), x), shape.KeyLength(layer), shape.Heads[layer], graph.Tokens);
            q = g.Rope(graph.RmsNorm(q, graph.Weight(layer, "attn_q_norm"), layer), positions, isWindow ? null : graph.FindShared("rope_freqs.weight", layer));
            x = graph.AttentionCore(isWindow ? window : full, q, null, null, layer);
            x = graph.Multiply(graph.Weight(layer, "attn_output"), x);
            if (layer == shape.PredictionLayers - 1)
            {
                x = g.GetRows(x, outputIds);
                residual = g.GetRows(residual, outputIds);
            }

            var attended = g.Add(graph.RmsNorm(x, graph.Weight(layer, "post_attention_norm"), layer), residual);
            x = graph.FeedForward(graph.RmsNorm(attended, graph.Weight(layer, "ffn_norm"), layer), layer, Activation.Gated);
            x = g.Add(graph.RmsNorm(x, graph.Weight(layer, "post_ffw_norm"), -1), attended);
            x = g.Mul(x, graph.Weight(layer, "layer_output_scale"));
        }

        x = graph.RmsNorm(x, graph.Weight("output_norm.weight"), -1);
        graph.Logits = graph.Multiply(graph.OutputWeight, x);
        graph.HiddenStates = g.MulMat(graph.Weight("nextn.post_projection.weight"), x);
        graph.Expand(graph.Logits);
        graph.Expand(graph.HiddenStates);
    }
}
