using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// DeepSeek V2, V3 and R1 and Kimi K2: latent attention (MLA), which llama.cpp computes as one key-value head, with the way back to keys and values as
/// matrices for each head; experts stacked. Layers that predict further tokens are left out.
/// </summary>
[Family("DeepSeek V2, V3, Kimi K2", "DeepseekV3ForCausalLM", "DeepseekV2ForCausalLM", "KimiVLForConditionalGeneration", "KimiK25ForConditionalGeneration",
    "YoutuForCausalLM", "YoutuVLForConditionalGeneration", "DeepseekOCRForCausalLM", "UnlimitedOCRForCausalLM",
    Special = "MLA split by heads, experts stacked, prediction layers left out")]
internal class Deepseek2 : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("deepseek2",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQ, AttnK, AttnV, AttnOutput, AttnRotEmbd, FfnNorm, FfnGateInp, ExpProbsB, FfnUp, FfnUpExps,
        FfnUpShexp, FfnGate, FfnGateExps, FfnGateShexp, FfnDown, FfnDownExps, FfnDownShexp, RopeFreqs, AttnQA, AttnQB, AttnKvAMqa, AttnKvB,
        AttnKB, AttnVB, AttnQANorm, AttnKvANorm, NextnEhProj, NextnEmbedTokens, NextnEnorm, NextnHnorm, NextnSharedHeadHead, NextnSharedHeadNorm,
    ]);

    private static readonly GgufArchitecture GgufOcr = new("deepseek2-ocr",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnRotEmbd, FfnNorm, FfnGateInp, ExpProbsB, FfnUp,
        FfnUpExps, FfnUpShexp, FfnGate, FfnGateExps, FfnGateShexp, FfnGateUpExps, FfnDown, FfnDownExps, FfnDownShexp, RopeFreqs, AttnQA, AttnQB,
        AttnKvAMqa, AttnKvB, AttnKB, AttnVB, AttnQANorm, AttnKvANorm,
    ]);

    private readonly ExpertStacks _experts;
    private readonly AppendedPrediction _behind;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Deepseek2(ArchitectureContext context)
        : this(context.RootName is "DeepseekOCRForCausalLM" or "DeepseekOCR2ForCausalLM" or "UnlimitedOCRForCausalLM" ? GgufOcr : Gguf, context)
    {
    }

    /// <summary>Creates the converter of a checkpoint of a relative.</summary>
    protected Deepseek2(GgufArchitecture? definition, ArchitectureContext context)
        : base(definition ?? Gguf, context)
    {
        _experts = Stacks("model.layers.{bid}.mlp.experts.{xid}.{part}.weight", "down_proj", "gate_proj", "up_proj");
        _behind = new AppendedPrediction(TokenPrediction.Excluded, LayerCount);
    }

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForDeepseek2(VocabularySize);

    /// <summary>Whether layers behind the model's own are left out.</summary>
    protected virtual bool SkipsPrediction => true;

    /// <summary>Whether experts come one by one.</summary>
    protected virtual bool StacksExperts => true;

    /// <inheritdoc/>
    protected override ModelConfig KeyConfig
    {
        get
        {
            var config = IsOcr ? Config : Config.With("num_key_value_heads", 1);
            return config.Contains("rms_norm_eps") ? config : config.With([new("rms_norm_eps", JsonElements.Of(1e-6))]);
        }
    }

    private bool IsOcr => Definition == GgufOcr;

    /// <inheritdoc/>
    public override string? Select(string name) =>
        name.Contains("sam_model", StringComparison.Ordinal) || name.Contains("qwen2_model", StringComparison.Ordinal) ? null : base.Select(name);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        var isTiedHead = Config.IsTrue("tie_word_embeddings") && tensor.Name is "lm_head.weight" or "model.lm_head.weight";
        if (isTiedHead || (SkipsPrediction && _behind.IsBehind(tensor.Name)))
        {
            return [];
        }

        if (StacksExperts && tensor.Contains("mlp.experts"))
        {
            return MapAll(_experts.Take(tensor, block, Config.RequireInteger("n_routed_experts")));
        }

        if (!tensor.EndsWith("kv_b_proj.weight"))
        {
            return Map(tensor);
        }

        var keys = tensor.With(source => LatentAttention.Keys(source, Config));
        var values = tensor.With(source => LatentAttention.Values(source, Config));
        return MapAll([keys.Renamed("kv_b_proj", "k_b_proj"), values.Renamed("kv_b_proj", "v_b_proj")]);
    }

    /// <inheritdoc/>
    public override void WriteEarlyParameters(ParameterWriter writer)
    {
        if (IsOcr)
        {
            writer.GlobalText("tokenizer.chat_template", "{% for m in messages %}{{m['content']}}{% endfor %}");
        }
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        var hasExperts = Config["n_routed_experts"] is not null;
        writer.Count("leading_dense_block_count", Config.Integer("first_k_dense_replace") ?? (hasExperts ? 0 : LayerCount), "first_k_dense_replace");
        writer.Count("vocab_size", Config.Require("vocab_size"));
        writer.Count("attention.q_lora_rank", Config.Find("q_lora_rank"));
        if (!IsOcr)
        {
            LatentAttention.Write(writer, Config);
        }

        writer.Count("expert_feed_forward_length", Config.Require("moe_intermediate_size", "intermediate_size"));
        writer.Count("expert_count", Config.Find("n_routed_experts"));
        writer.Count("expert_shared_count", Config.Integer("n_shared_experts") ?? 0, "n_shared_experts");
        writer.Real("expert_weights_scale", Config.Find("routed_scaling_factor"));
        if (Config.IsTrue("norm_topk_prob"))
        {
            writer.Flag("expert_weights_norm", true);
        }

        writer.Count("rope.dimension_count", Config.Require("qk_rope_head_dim"));
        if (IsOcr && (Config.IsTrue("sliding_window_size") ? Config.Find("sliding_window_size") : Config.Find("sliding_window")) is { Integer: not 0 } window)
        {
            writer.Count("attention.sliding_window", window);
        }

        if (Rope.Outer.Number("mscale_all_dim") is { } scale)
        {
            // A tenth: llama.cpp reads it so for this architecture alone.
            writer.Real("rope.scaling.yarn_log_multiplier", 0.1 * scale);
        }
    }
}
