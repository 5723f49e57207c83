using GGUFPacker.Estimation.Caches;
using GGUFPacker.Estimation.Graphs.Layers;
using GGUFPacker.Estimation.Models;

namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// A decoder that is known by its tensors alone: norms, attention, state-space layers and feed-forward networks are put together as most families have them.
/// What it needs is close to what the family's own graph needs, not equal to it.
/// </summary>
internal static class AnyDecoder
{
    public static void Build(ModelGraph graph)
    {
        if (graph.Caches.Find(AttentionCacheKind.Indexer) is not null)
        {
            throw Unknown(graph);
        }

        var g = graph.G;
        var x = Embed(graph);
        var positions = graph.InputPositions();
        var recurrent = graph.Caches.Recurrent is null ? null : graph.InputRecurrent();
        var (full, window) = InputAttention(graph);
        var outputIds = graph.InputOutputIds();
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            var residual = x;
            var normed = Norm(graph, x, layer, "attn_norm") ?? x;
            var mixed = Norm(graph, x, layer, "attn_norm_2") ?? normed;
            x = Mix(graph, mixed, positions, recurrent, graph.Shape.SlidingWindowLayers[layer] ? window ?? full : full, layer);
            if (layer == graph.Layers - 1)
            {
                x = g.GetRows(x, outputIds);
                residual = g.GetRows(residual, outputIds);
                normed = g.GetRows(normed, outputIds);
            }

            x = Finish(graph, x, residual, normed, layer);
        }

        if (graph.FindWeight("output_norm.weight") is { } norm)
        {
            x = graph.Norm(x, norm, graph.FindWeight("output_norm.bias"), KindOf(graph, "output_norm"), -1);
        }

        if (!Architectures.TiesOutput(graph.Shape.Architecture) && graph.FindWeight("output.weight") is null)
        {
            // An encoder: its states are the result.
            graph.Embeddings = x;
            graph.Expand(x);
            return;
        }

        graph.FinishWithLogits(x, graph.Shape.Number("final_logit_softcapping") is > 0, graph.Shape.Number("logit_scale") is not (null or 0 or 1));
    }

    private static GraphTensor Embed(ModelGraph graph)
    {
        var x = graph.InputEmbeddings();
        if (graph.FindWeight("position_embd.weight") is { } places)
        {
            x = graph.G.Add(x, graph.G.GetRows(places, graph.InputPositions()));
        }

        return graph.FindWeight("token_embd_norm.weight") is { } norm
            ? graph.Norm(x, norm, graph.FindWeight("token_embd_norm.bias"), KindOf(graph, "token_embd_norm"), 0)
            : x;
    }

    private static (AttentionInputs? Full, AttentionInputs? Window) InputAttention(ModelGraph graph)
    {
        if (graph.Caches.Attention.IsEmpty)
        {
            return (graph.Caches.Recurrent is null ? graph.InputAttentionWithoutCache() : null, null);
        }

        return graph.Caches.Find(AttentionCacheKind.Full) is null ? (null, graph.InputAttention(AttentionCacheKind.SlidingWindow))
            : graph.Caches.Find(AttentionCacheKind.SlidingWindow) is null ? (graph.InputAttention(), null)
            : graph.InputWindowedAttention();
    }

    /// <summary>What mixes tokens: a recurrent layer, attention, or both side by side.</summary>
    private static GraphTensor Mix(ModelGraph graph, GraphTensor x, GraphTensor positions, RecurrentInputs? recurrent, AttentionInputs? inputs, int layer)
    {
        GraphTensor? mixed = null;
        if (recurrent is not null && graph.FindWeight(layer, "ssm_in") is not null)
        {
            mixed = graph.FindWeight(layer, "ssm_x") is null
                ? StateSpaceLayer.BuildSecond(graph, recurrent, x, layer)
                : StateSpaceLayer.BuildFirst(graph, recurrent, x, layer);
        }

        if (inputs is not null && Attend(graph, x, positions, inputs, layer) is { } attended)
        {
            mixed = mixed is null ? attended : graph.G.Add(attended, mixed);
        }

        // Some layers have a feed-forward network alone.
        var isFeedForward = !graph.Shape.RecurrentLayers[layer]
            && graph.FindWeight(layer, "attn_output") is null
            && (graph.FindWeight(layer, "ffn_up") is not null || graph.HasExperts(layer));
        return mixed ?? (isFeedForward ? x : throw Unknown(graph));
    }

    private static GraphTensor? Attend(ModelGraph graph, GraphTensor x, GraphTensor positions, AttentionInputs inputs, int layer)
    {
        var (g, shape) = (graph.G, graph.Shape);
        if (shape.IsLatent && graph.FindWeight(layer, "attn_kv_a_mqa") is not null)
        {
            return LatentAttention.Build(graph, inputs, x, positions, null, layer);
        }

        if (graph.FindWeight(layer, "attn_q") is null && graph.FindWeight(layer, "attn_qkv") is null)
        {
            return null;
        }

        var (q, k, v) = graph.QueryKeyValue(x, layer);
        var gate = graph.FindWeight(layer, "attn_gate") is { } weight && weight.Ne[1] == q.Ne[0] * q.Ne[1] ? g.MulMat(weight, x) : null;
        q = HeadNormOf(graph, q, layer, "attn_q_norm");
        k = HeadNormOf(graph, k, layer, "attn_k_norm");
        if (Architectures.Rotates(shape.Architecture) && shape.FullRotaryLength > 0 && graph.FindWeight("position_embd.weight") is null)
        {
            var factors = graph.RopeFactors(layer);
            q = g.Rope(q, positions, factors);
            k = g.Rope(k, positions, factors);
        }

        var sinks = graph.FindWeight(layer, "attn_sinks");
        if (gate is null)
        {
            return graph.Attention(inputs, q, k, v, layer, sinks);
        }

        var attended = graph.AttentionCore(inputs, q, k, v, layer, sinks);
        return graph.AttentionOutput(g.Mul(attended, g.Unary(gate)), layer);
    }

    // A norm of a head's length works on each head, a longer one on all of them at once.
    private static GraphTensor HeadNormOf(ModelGraph graph, GraphTensor x, int layer, string name)
    {
        if (graph.FindWeight(layer, name) is not { } weight)
        {
            return x;
        }

        var kind = KindOf(graph, $"blk.{layer}.{name}");
        if (weight.Ne[0] == x.Ne[0])
        {
            return graph.Norm(x, weight, graph.FindBias(layer, name), kind, layer);
        }

        var rows = x.IsContiguous ? graph.G.Reshape(x, x.Ne[0] * x.Ne[1], x.Ne[2]) : graph.G.Cont(x, x.Ne[0] * x.Ne[1], x.Ne[2]);
        return graph.G.Reshape(graph.Norm(rows, weight, graph.FindBias(layer, name), kind, layer), x.Ne[0], x.Ne[1], x.Ne[2]);
    }

    /// <summary>The residuals around the feed-forward network: after the attention, or beside it if the network has no norm of its own.</summary>
    private static GraphTensor Finish(ModelGraph graph, GraphTensor x, GraphTensor residual, GraphTensor normed, int layer)
    {
        var g = graph.G;
        var hasFeedForward = graph.FindWeight(layer, "ffn_up") is not null || graph.HasExperts(layer);
        var hasOwnNorm = graph.FindWeight(layer, "ffn_norm") is not null;
        var postNorm = graph.FindWeight(layer, "post_attention_norm") is not null;
        if (hasOwnNorm && postNorm)
        {
            x = Norm(graph, x, layer, "post_attention_norm")!;
        }

        if (!hasFeedForward)
        {
            return g.Add(x, residual);
        }

        if (!hasOwnNorm && !postNorm && graph.FindWeight(layer, "attn_output_norm") is null)
        {
            return g.Add(g.Add(FeedForward(graph, normed, layer), residual), x);
        }

        var attended = g.Add(x, residual);
        x = Norm(graph, attended, layer, hasOwnNorm ? "ffn_norm" : postNorm ? "post_attention_norm" : "attn_output_norm")!;
        if (graph.FindWeight(layer, "ffn_norm_exps") is not null)
        {
            // A dense network and experts side by side, each with a norm of its own.
            var dense = g.Add(graph.FeedForward(x, layer, ActivationOf(graph, layer)), attended);
            return g.Add(graph.Experts(Norm(graph, residual, layer, "ffn_norm_exps")!, layer, OptionsOf(graph)), dense);
        }

        x = FeedForward(graph, x, layer);
        x = Norm(graph, x, layer, "post_ffw_norm") ?? x;
        return g.Add(x, attended);
    }

    private static GraphTensor FeedForward(ModelGraph graph, GraphTensor x, int layer)
    {
        if (!graph.HasExperts(layer))
        {
            return graph.FeedForward(x, layer, ActivationOf(graph, layer));
        }

        var experts = graph.Experts(x, layer, OptionsOf(graph));
        return graph.FindWeight(layer, "ffn_up_shexp") is null ? experts : graph.G.Add(experts, graph.FeedForward(x, layer, Activation.Gated, "_shexp"));
    }

    private static ExpertOptions OptionsOf(ModelGraph graph) =>
        ExpertOptions.Default with { Gating = graph.GatingOr(ExpertGating.Softmax), Normalizes = graph.Shape.Number("expert_weights_norm") is not 0 };

    private static Activation ActivationOf(ModelGraph graph, int layer) =>
        graph.FindWeight(layer, "ffn_gate") is not null ? Activation.Gated
        : graph.Weight(layer, "ffn_up").Ne[1] == 2 * graph.Weight(layer, "ffn_down").Ne[0] ? Activation.Halved
        : Activation.Plain;

    private static GraphTensor? Norm(ModelGraph graph, GraphTensor x, int layer, string name) =>
        graph.FindWeight(layer, name) is { } weight ? graph.Norm(x, weight, graph.FindBias(layer, name), KindOf(graph, $"blk.{layer}.{name}"), layer) : null;

    // Only layer norms have biases; without one the header's epsilon tells.
    private static NormKind KindOf(ModelGraph graph, string name) =>
        graph.FindWeight(name + ".bias") is not null || graph.Shape.Number("attention.layer_norm_rms_epsilon") is null ? NormKind.Layer : NormKind.Rms;

    private static UnknownGraphException Unknown(ModelGraph graph) => new($"The layers of architecture {graph.Shape.Architecture} are of no known kind.");
}
