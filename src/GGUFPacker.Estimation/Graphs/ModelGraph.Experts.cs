using GGUFPacker.Estimation.Models;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs;

/// <content>Mixtures of experts (build_moe_ffn).</content>
internal sealed partial class ModelGraph
{
    /// <summary>LLAMA_MAX_EXPERTS.</summary>
    private const int MaxExperts = 1024;

    /// <summary>Whether a layer chooses among experts.</summary>
    public bool HasExperts(int layer) => FindWeight(layer, "ffn_gate_inp") is not null;

    /// <summary>Whether the header has the chosen experts' weights divided by their sum (expert_weights_norm).</summary>
    public bool NormalizesExperts => Shape.Number("expert_weights_norm") is not (null or 0);

    /// <summary>How the header has experts chosen (expert_gating_func).</summary>
    public ExpertGating GatingOr(ExpertGating otherwise) =>
        (ExpertGating)(int)(Shape.Number("expert_gating_func") ?? 0) is not ExpertGating.None and var gating ? gating : otherwise;

    /// <summary>build_moe_ffn with the layer's tensors <c>ffn_gate_inp</c>, <c>ffn_*_exps</c> and <c>exp_probs_b</c>, as far as there are any.</summary>
    public GraphTensor Experts(GraphTensor x, int layer, ExpertOptions options, GraphTensor? logits = null, GraphTensor? selected = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var (columns, tokens) = (x.Ne[0], x.Ne[1]);
        long used = Shape.ExpertsUsed[layer] is > 0 and <= MaxExperts and var count
            ? count
            : throw new UnknownGraphException($"Layer {layer} uses {Shape.ExpertsUsed[layer]} experts for each token; llama.cpp takes 1 to {MaxExperts}.");
        logits ??= G.MulMat(Weight(layer, "ffn_gate_inp"), x);
        logits = AddBias(logits, FindBias(layer, "ffn_gate_inp"));
        var probabilities = options.Gating switch
        {
            ExpertGating.SoftmaxWeight => logits,
            ExpertGating.Sigmoid => G.Unary(logits),
            ExpertGating.SqrtSoftplus => G.Sqrt(G.Unary(logits)),
            _ => G.SoftMax(logits),
        };
        var experts = probabilities.Ne[0];
        var selection = options.WeighsInput ? logits
            : options.SelectsBySigmoid ? G.Unary(logits)
            : AddBias(probabilities, FindBias(layer, "exp_probs_b") ?? FindWeight($"blk.{layer}.exp_probs_b"));
        if (Shape.Number("expert_group_count") is > 1 and var groups)
        {
            selection = SelectGroups(selection, (long)groups, (long)(Shape.Number("expert_group_used_count") ?? 1), tokens);
        }

        selected ??= G.ArgSortTopK(selection, used);
        if (options.Suffix != ExpertOptions.Experts && Weight(layer, "ffn_up" + options.Suffix).Ne[2] != experts)
        {
            selected = G.Cast(G.Scale(G.Cast(selected, TensorType.F32)), TensorType.I32);
        }

        var weights = ExpertWeights(G.GetRows(G.Reshape(probabilities, 1, experts, tokens), selected), options, used, tokens);
        Expand(weights);

        x = G.Reshape(x, columns, 1, tokens);
        if (options.WeighsInput)
        {
            x = G.Mul(G.Repeat(x, columns, used, tokens), weights);
        }

        x = RunExperts(x, selected, layer, options);
        x = options.WeighsInput ? x : G.Mul(x, weights);
        Expand(x);
        return SumExperts(x, columns, tokens, used);
    }

    /// <summary>A layer of experts with one that takes every token beside them, if the layer has such.</summary>
    public GraphTensor ExpertsAndShared(GraphTensor x, int layer, ExpertOptions options)
    {
        var chosen = Experts(x, layer, options);
        return FindWeight(layer, "ffn_up_shexp") is null ? chosen : G.Add(chosen, FeedForward(x, layer, Activation.Gated, "_shexp"));
    }

    private GraphTensor ExpertWeights(GraphTensor weights, ExpertOptions options, long used, long tokens)
    {
        if (options.Gating == ExpertGating.SoftmaxWeight)
        {
            weights = G.Reshape(G.SoftMax(G.Reshape(weights, used, tokens)), 1, used, tokens);
        }

        if (options.Normalizes)
        {
            weights = G.Reshape(weights, used, tokens);
            var sum = G.Clamp(G.SumRows(weights));
            weights = G.Reshape(G.Div(weights, sum), 1, used, tokens);
        }

        return Architectures.ScalesExperts(Shape.Architecture) && Shape.Number("expert_weights_scale") is not (null or 0 or 1) ? G.Scale(weights) : weights;
    }

    /// <summary>Leaves the probabilities of the best groups' experts and hides the others' (n_expert_groups, n_group_used).</summary>
    private GraphTensor SelectGroups(GraphTensor selection, long groupCount, long used, long tokens)
    {
        var experts = selection.Ne[0];
        var groups = G.Reshape(selection, experts / groupCount, groupCount, tokens);
        var best = G.ArgSortTopK(groups, 2);
        var scores = G.GetRows(G.Reshape(groups, 1, groups.Ne[0], groups.Ne[1], groups.Ne[2]), best);
        scores = G.SumRows(G.Reshape(scores, scores.Ne[1], scores.Ne[2], scores.Ne[3]));
        scores = G.Reshape(scores, scores.Ne[1], scores.Ne[2]);
        var chosen = G.ArgSortTopK(scores, used);
        var kept = G.GetRows(groups, chosen);
        return G.Reshape(G.SetRows(G.Fill(groups), kept, chosen), experts, tokens);
    }

    private GraphTensor RunExperts(GraphTensor x, GraphTensor selected, int layer, ExpertOptions options)
    {
        var (upName, gateName, downName) = ("ffn_up" + options.Suffix, "ffn_gate" + options.Suffix, "ffn_down" + options.Suffix);
        GraphTensor up;
        bool isGated;
        if (FindWeight(layer, "ffn_gate_up_exps") is { } fused)
        {
            var both = MultiplyExperts(fused, x, selected, FindExpertScale(layer, "ffn_up_exps"));
            both = AddExpertBias(both, layer, "ffn_gate_up_exps", selected);
            var half = both.Ne[0] / 2;
            x = G.View3D(both, half, both.Ne[1], both.Ne[2], both.Nb[1], both.Nb[2], 0);
            up = G.View3D(both, half, both.Ne[1], both.Ne[2], both.Nb[1], both.Nb[2], half * both.Nb[0]);
            isGated = true;
        }
        else
        {
            up = MultiplyExperts(Weight(layer, upName), x, selected, FindExpertScale(layer, upName));
            up = AddExpertBias(up, layer, upName, selected);
            isGated = FindWeight(layer, gateName) is not null;
            x = isGated ? MultiplyExperts(Weight(layer, gateName), x, selected, FindExpertScale(layer, gateName)) : up;
            x = AddExpertBias(x, layer, gateName, selected);
        }

        x = options.Activation switch
        {
            Activation.Squared => G.Sqr(G.Unary(x)),
            Activation.Situ => Situ(x, up),
            Activation.Gated when Shape.ClampedExpertLayers[layer] => ClampedGate(x, up),
            _ when isGated => G.GluSplit(x, up),
            _ => G.Unary(x),
        };
        x = MultiplyExperts(Weight(layer, downName), x, selected, FindExpertScale(layer, downName), options.KeepsPrecision);
        return AddExpertBias(x, layer, downName, selected);
    }

    private GraphTensor? FindExpertScale(int layer, string name) => TensorScales.OfExperts(Shape.Architecture) ? FindScale(layer, name) : null;

    private GraphTensor AddExpertBias(GraphTensor x, int layer, string name, GraphTensor selected) =>
        FindBias(layer, name) is { } bias ? G.AddId(x, bias, selected) : x;

    /// <summary>build_lora_mm_id.</summary>
    private GraphTensor MultiplyExperts(GraphTensor weight, GraphTensor x, GraphTensor selected, GraphTensor? scale, bool keepsPrecision = false)
    {
        var result = G.MulMatId(weight, x, selected);
        result.KeepsOperandPrecision = keepsPrecision && scale is null;
        if (scale is null)
        {
            return result;
        }

        var experts = scale.Ne[0];
        var scales = G.Repeat(G.Reshape(scale, 1, experts, 1), 1, experts, x.Ne[2]);
        return G.Mul(result, G.GetRows(scales, selected));
    }

    private GraphTensor SumExperts(GraphTensor experts, long columns, long tokens, long used)
    {
        var views = new GraphTensor[used];
        for (var i = 0; i < views.Length; i++)
        {
            views[i] = G.View2D(experts, columns, tokens, experts.Nb[2], i * experts.Nb[1]);
            Expand(views[i]);
        }

        var sum = views[0];
        for (var i = 1; i < views.Length; i++)
        {
            sum = G.Add(sum, views[i]);
            Expand(sum);
        }

        // A sum of one would be no contiguous tensor.
        return views.Length == 1 ? G.Cont(sum) : sum;
    }
}
