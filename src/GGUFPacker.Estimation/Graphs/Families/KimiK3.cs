using GGUFPacker.Estimation.Graphs.Layers;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// llama.cpp's <c>kimi-k3</c> (src/models/kimi-k3.cpp): delta attention in most layers, gated latent attention without rotation in the others, experts on
/// shorter vectors, and residuals that are mixed of what some layers before got.
/// </summary>
internal static class KimiK3
{
    public static void Build(ModelGraph graph)
    {
        var g = graph.G;
        graph.Unused = UnusedTensors.LogitsScale;
        var x = graph.InputEmbeddings();
        var delta = new KimiDeltaLayer(graph, graph.InputRecurrent()) { StoresAllSnapshots = true };
        var attention = graph.InputAttention();
        var outputIds = graph.InputOutputIds();
        var period = (long)(graph.Shape.Number("attn_res.block_size") ?? 0);
        GraphTensor? kept = null;
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var sum = x;
            x = period > 0 ? Mix(graph, kept, sum, graph.Weight(layer, "attn_res_score")) : sum;

            // Every few layers what comes in is kept, and the sum begins anew.
            var restarts = period > 0 && layer % period == 0;
            if (restarts)
            {
                var next = g.Reshape(sum, graph.Shape.EmbeddingLength, 1, graph.Tokens);
                kept = kept is null ? next : g.Concat(kept, next, 1);
            }

            x = graph.RmsNorm(x, graph.Weight(layer, "attn_norm"), layer);
            graph.Expand(x);
            x = graph.Shape.RecurrentLayers[layer] ? delta.Build(x, layer) : Attend(graph, attention, x, layer);
            sum = restarts ? x : g.Add(sum, x);
            x = period > 0 ? Mix(graph, kept, sum, graph.Weight(layer, "ffn_res_score")) : sum;
            x = graph.RmsNorm(x, graph.Weight(layer, "ffn_norm"), layer);
            x = layer < graph.Shape.DenseLeadLayers ? graph.FeedForward(x, layer, Activation.Situ) : Experts(graph, x, layer);
            x = g.Add(sum, x);
        }

        x = period > 0 ? Mix(graph, kept, x, graph.Weight("output_res_score.weight")) : x;
        graph.FinishWithLogits(graph.RmsNorm(g.GetRows(x, outputIds), graph.Weight("output_norm.weight"), -1));
    }

    /// <summary>res_mix: a sum of what was kept and the current sum, by scores of both.</summary>
    private static GraphTensor Mix(ModelGraph graph, GraphTensor? kept, GraphTensor current, GraphTensor score)
    {
        if (kept is null)
        {
            return current;
        }

        var g = graph.G;
        var count = kept.Ne[1];
        var scores = g.Concat(g.Reshape(Score(kept), count, graph.Tokens), Score(current), 0);
        scores = g.SoftMax(scores);
        var ofKept = g.Cont(g.View2D(scores, count, graph.Tokens, scores.Nb[1], 0));
        var ofCurrent = g.Cont(g.View2D(scores, 1, graph.Tokens, scores.Nb[1], scores.Nb[0] * count));
        return g.Add(g.HyperConnectionPre(kept, ofKept), g.Mul(current, ofCurrent));

        GraphTensor Score(GraphTensor states) => g.SumRows(g.Mul(g.RmsNorm(states), score));
    }

    private static GraphTensor Attend(ModelGraph graph, AttentionInputs inputs, GraphTensor x, int layer)
    {
        var g = graph.G;
        var y = LatentAttention.Attend(graph, inputs, x, null, null, layer);
        y = graph.FindWeight(layer, "attn_gate") is { } gate ? g.Mul(y, g.Unary(g.MulMat(gate, x))) : y;
        return g.MulMat(graph.Weight(layer, "attn_output"), y);
    }

    /// <summary>build_latent_moe.</summary>
    private static GraphTensor Experts(ModelGraph graph, GraphTensor x, int layer)
    {
        var g = graph.G;
        var options = new ExpertOptions { Gating = graph.GatingOr(ExpertGating.Softmax), Activation = Activation.Situ, Normalizes = graph.NormalizesExperts };
        var latent = graph.FindWeight(layer, "ffn_routed_down") is { } down ? g.MulMat(down, x) : x;
        var y = graph.Experts(latent, layer, options, g.MulMat(graph.Weight(layer, "ffn_gate_inp"), x));
        y = graph.FindWeight(layer, "ffn_routed_norm") is { } norm ? graph.RmsNorm(y, norm, layer) : y;
        y = graph.FindWeight(layer, "ffn_routed_up") is { } up ? g.MulMat(up, y) : y;
        return graph.FindWeight(layer, "ffn_gate_shexp") is null ? y : g.Add(y, graph.FeedForward(x, layer, Activation.Situ, "_shexp"));
    }
}
