using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>GLM-4.5 to GLM-4.7 and the text part of GLM-4.5V: experts stacked, layers that predict further tokens kept.</summary>
[Family("GLM-4.5 MoE", "Glm4MoeForCausalLM", "Glm4vMoeForConditionalGeneration", ExportsTokenPrediction = true,
    Special = "experts stacked, prediction layers kept")]
internal class Glm4Moe : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("glm4moe",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, PostAttentionNorm, FfnGateInp, ExpProbsB, FfnUp,
        FfnUpExps, FfnUpShexp, FfnGate, FfnGateExps, FfnGateShexp, FfnDown, FfnDownExps, FfnDownShexp, AttnQNorm, AttnKNorm, NextnEhProj,
        NextnEmbedTokens, NextnEnorm, NextnHnorm, NextnSharedHeadHead, NextnSharedHeadNorm,
    ]);

    private readonly ExpertStacks _experts;
    private readonly AppendedPrediction _prediction;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Glm4Moe(ArchitectureContext context)
        : base(Gguf, context)
    {
        _experts = Stacks("model.layers.{bid}.mlp.experts.{xid}.{part}.weight", "down_proj", "gate_proj", "up_proj");
        _prediction = new AppendedPrediction(context.Options.TokenPrediction, LayerCount);
    }

    /// <inheritdoc/>
    public override bool NamesPrediction => true;

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForGlm4Moe(VocabularySize);

    /// <inheritdoc/>
    protected override long BlockCount => LayerCount + (IsPredicting ? Config.Integer("num_nextn_predict_layers") ?? 0 : 0);

    private bool IsPredicting => Context.Options.TokenPrediction != TokenPrediction.Excluded;

    /// <inheritdoc/>
    public override string? Select(string name) => base.Select(name) is { } selected ? _prediction.Select(selected) : null;

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) =>
        tensor.Contains("mlp.experts") ? MapAll(_experts.Take(tensor, block, Config.RequireInteger("n_routed_experts"))) : Map(tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        var headDim = Config.Integer("head_dim") ?? (Config.RequireInteger("hidden_size") / Math.Max(Config.RequireInteger("num_attention_heads"), 1));
        writer.Count("rope.dimension_count", (long)(headDim * (Rope.Outer.Number("partial_rotary_factor") ?? 0.5)), "head_dim");
        writer.Count("expert_count", Config.Find("n_routed_experts"));
        writer.Count("expert_feed_forward_length", Config.Find("moe_intermediate_size"));
        writer.Count("expert_shared_count", Config.Find("n_shared_experts"));
        writer.Count("leading_dense_block_count", Config.Find("first_k_dense_replace"));
        writer.Count("expert_gating_func", (long)ExpertGating.Sigmoid);
        writer.Real("expert_weights_scale", Config.Find("routed_scaling_factor"));
        if (Config["norm_topk_prob"] is not null)
        {
            writer.Flag("expert_weights_norm", Config.IsTrue("norm_topk_prob"));
        }

        if (IsPredicting)
        {
            writer.Count("nextn_predict_layers", Config.Find("num_nextn_predict_layers"));
        }
    }
}
