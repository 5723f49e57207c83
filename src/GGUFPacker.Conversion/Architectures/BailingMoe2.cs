using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Ling and Ring 2: experts stacked, fused query, key and value kept, layers that predict further tokens kept.</summary>
[Family("Ling 2, Ring 2 (Bailing MoE V2)", "BailingMoeV2ForCausalLM", Special = "experts stacked, prediction layers kept")]
internal class BailingMoe2 : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("bailingmoe2",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnOutput, FfnNorm, FfnGateInp, ExpProbsB, FfnUp, FfnUpExps, FfnUpShexp, FfnGate,
        FfnGateExps, FfnGateShexp, FfnDown, FfnDownExps, FfnDownShexp, AttnQNorm, AttnKNorm, LayerOutputNorm, NextnEhProj, NextnEmbedTokens,
        NextnEnorm, NextnHnorm, NextnSharedHeadHead, NextnSharedHeadNorm,
    ]);

    private readonly ExpertStacks _experts;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public BailingMoe2(ArchitectureContext context)
        : base(Gguf, context) => _experts = Stacks("model.layers.{bid}.mlp.experts.{xid}.{part}.weight", "down_proj", "gate_proj", "up_proj");

    /// <inheritdoc/>
    protected override long BlockCount => LayerCount + (Config.Integer("num_nextn_predict_layers") ?? 0);

    /// <inheritdoc/>
    public override string? Select(string name) => base.Select(name.EndsWith(".expert_bias", StringComparison.Ordinal) ? name + ".bias" : name);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => tensor.Contains("mlp.experts")
        ? MapAll(_experts.Take(tensor, block, Config.RequireInteger("num_local_experts", "num_experts")))
        : Map(tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        var expertSize = Config.RequireInteger("moe_intermediate_size");
        var shared = Config.RequireInteger("num_shared_experts");
        writer.Count("rope.dimension_count", (long)(RopeHead.Dim(Config) * (Rope.Outer.Number("partial_rotary_factor") ?? 0.5)), "head_dim");
        writer.Count("leading_dense_block_count", Config.Require("first_k_dense_replace"));
        writer.Count("vocab_size", Config.Require("vocab_size"));
        writer.Count("expert_feed_forward_length", expertSize, "moe_intermediate_size");
        writer.Count(
            "expert_shared_feed_forward_length",
            Config.Integer("moe_shared_expert_intermediate_size") ?? (expertSize * shared),
            "moe_shared_expert_intermediate_size");
        writer.Real("expert_weights_scale", Config.Require("routed_scaling_factor"));
        writer.Count("expert_shared_count", shared, "num_shared_experts");
        writer.Flag("expert_weights_norm", Config.IsTrue("norm_topk_prob"));
        writer.Count("nextn_predict_layers", Config.Find("num_nextn_predict_layers"));
    }
}
