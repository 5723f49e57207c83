using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// Ling 3: groups of layers with linear attention (KDA), each closed by one with latent attention; layers that predict further tokens are kept.
/// </summary>
[Family("Ling 3 (Bailing MoE V3)", "BailingMoeV3ForCausalLM", ExportsTokenPrediction = true,
    Special = "MLA split by heads, heads by layer, decay exp, convolutions reshaped, experts stacked, prediction layers kept")]
internal sealed class BailingMoe3 : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("bailingmoe3",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQ, AttnK, AttnV, AttnOutput, AttnGate, FfnNorm, FfnGateInp, ExpProbsB, FfnUp, FfnUpExps,
        FfnUpShexp, FfnGate, FfnGateExps, FfnGateShexp, FfnDown, FfnDownExps, FfnDownShexp, LayerOutputNorm, SsmDt, SsmA, SsmNorm, SsmConv1dQ,
        SsmConv1dK, SsmConv1dV, SsmFA, SsmBeta, SsmGA, AttnQA, AttnQB, AttnKvAMqa, AttnKvB, AttnKB, AttnVB, AttnQANorm, AttnKvANorm, NextnEhProj,
        NextnEnorm, NextnHnorm,
    ]);

    private readonly ExpertStacks _experts;
    private readonly AppendedPrediction _prediction;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public BailingMoe3(ArchitectureContext context)
        : base(Gguf, context)
    {
        _experts = Stacks("model.layers.{bid}.mlp.experts.{xid}.{part}.weight", "down_proj", "gate_proj", "up_proj");
        _prediction = new AppendedPrediction(context.Options.TokenPrediction, LayerCount)
        {
            Shared = ["model.word_embeddings.weight", "model.norm.weight", "lm_head.weight"],
        };
    }

    /// <inheritdoc/>
    public override bool NamesPrediction => true;

    /// <inheritdoc/>
    protected override long BlockCount => LayerCount + PredictionCount;

    /// <inheritdoc/>
    protected override ModelConfig KeyConfig => Config.With("num_key_value_heads", 1);

    private long PredictionCount =>
        Context.Options.TokenPrediction == TokenPrediction.Excluded ? 0 : Config.IntegerOr(0, "num_nextn_predict_layers");

    /// <inheritdoc/>
    public override string? Select(string name) =>
        _prediction.Select(name.EndsWith(".expert_bias", StringComparison.Ordinal) ? name + ".bias" : name) is { } selected ? base.Select(selected) : null;

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        tensor = DeltaAttention.Convert(tensor, source => source.Exponential().Reshaped(-1, 1));
        if (tensor.Contains(".mlp.experts."))
        {
            return MapAll(_experts.Take(tensor, block, Config.RequireInteger("num_experts")));
        }

        if (block is not { } layer)
        {
            return Map(tensor);
        }

        if (tensor.EndsWith(".attention.f_proj.weight"))
        {
            return !HasFullAttention(layer)
                ? Map(tensor with { Name = SsmFA.NameOf(layer) })
                : throw new CheckpointException($"Cannot convert the tensor '{tensor.Name}': its layer has no linear attention.");
        }

        if (tensor.EndsWith(".attention.g_proj.weight"))
        {
            return Map(tensor with { Name = (HasFullAttention(layer) ? AttnGate : SsmGA).NameOf(layer) });
        }

        // Each head has keys and values of its own here, whatever num_key_value_heads says.
        var sizes = Config.WithRenamed("num_attention_heads", "num_key_value_heads");
        return !tensor.EndsWith(".attention.kv_b_proj.weight") ? Map(tensor) : MapAll(
        [
            tensor.With(source => LatentAttention.Keys(source, sizes)) with { Name = AttnKB.NameOf(layer) },
            tensor.With(source => LatentAttention.Values(source, sizes)) with { Name = AttnVB.NameOf(layer) },
        ]);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        Demand(Config.IsTrue("no_kda_lora"), "no_kda_lora", "true");
        Demand(Config.IsTrue("kda_safe_gate"), "kda_safe_gate", "true");
        Demand(
            Config["gated_attention_proj_granularity_type"] is { ValueKind: JsonValueKind.String } kind && kind.GetString() == "head_wise",
            "gated_attention_proj_granularity_type", "head_wise");
        base.WriteParameters(writer);
        writer.Counts("attention.head_count_kv", Enumerable.Range(0, checked((int)BlockCount)).Select(layer => HasFullAttention(layer) ? 1L : 0));
        writer.Count("vocab_size", Config.Require("vocab_size"));
        writer.Count("ssm.conv_kernel", Config.Require("short_conv_kernel_size"));
        writer.Count("kda.head_dim", Config.Require("head_dim"));
        writer.Flag("kda.safe_gate", true);
        writer.Real("kda.gate_lower_bound", Config.Require("kda_lower_bound"));

        var (rank, rotated) = (Config.RequireInteger("kv_lora_rank"), Config.RequireInteger("qk_rope_head_dim"));
        writer.Count("attention.q_lora_rank", Config.Find("q_lora_rank"));
        writer.Count("attention.kv_lora_rank", rank, "kv_lora_rank");
        writer.Count("rope.dimension_count", rotated, "qk_rope_head_dim");
        writer.Count("attention.key_length", rank + rotated, "kv_lora_rank");
        writer.Count("attention.key_length_mla", Config.RequireInteger("qk_nope_head_dim") + rotated, "qk_nope_head_dim");
        writer.Count("attention.value_length_mla", Config.Require("v_head_dim"));

        writer.Count("expert_feed_forward_length", Config.Require("moe_intermediate_size"));
        writer.Count("expert_shared_feed_forward_length", Config.Require("moe_shared_expert_intermediate_size"));
        writer.Count("expert_shared_count", Config.Require("num_shared_experts"));
        writer.Count("leading_dense_block_count", Config.Require("first_k_dense_replace"));
        writer.Real("expert_weights_scale", Config.Require("routed_scaling_factor"));
        _ = Config.Require("norm_topk_prob");
        writer.Flag("expert_weights_norm", Config.IsTrue("norm_topk_prob"));
        WriteLimits(writer, "swiglu_clamp_exp", "expert_swiglu_limit_list");
        WriteLimits(writer, "swiglu_clamp_shexp", "share_expert_swiglu_limit_list");
        if (PredictionCount > 0)
        {
            writer.Count("nextn_predict_layers", PredictionCount, "num_nextn_predict_layers");
        }
    }

    private static void Demand(bool isMet, string key, string value)
    {
        if (!isMet)
        {
            throw CheckpointException.NotSupported($"Ling 3 whose '{key}' in config.json is not {value}", "llama.cpp has no such model.");
        }
    }

    private bool HasFullAttention(long layer)
    {
        var group = Config.RequireInteger("layer_group_size");
        return group > 0
            ? layer >= LayerCount || (layer + 1) % group == 0 || layer >= LayerCount / group * group
            : throw new CheckpointException("Cannot convert: 'layer_group_size' of config.json must be greater than 0.");
    }

    private void WriteLimits(ParameterWriter writer, string key, string name)
    {
        if (Config[name] is { ValueKind: JsonValueKind.Array } limits)
        {
            var layers = checked((int)BlockCount);
            writer.Reals(key, limits.EnumerateArray()
                .Select(limit => limit.ValueKind == JsonValueKind.Null ? 0 : (float)new ConfigValue(name, limit).Number)
                .Concat(Enumerable.Repeat(0f, layers)).Take(layers));
        }
    }
}
