using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Cohere's North: Command R7B's attention with a mixture of experts; layers that predict further tokens are kept.</summary>
[Family("Cohere North (Cohere 2 MoE)", "Cohere2MoeForCausalLM",
    Special = "logit scale, sliding window, experts stacked, zero biases left out, prediction layers kept")]
internal sealed class Cohere2Moe : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("cohere2moe",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQ, AttnK, AttnV, AttnOutput, FfnGateInp, FfnUp, FfnUpExps, FfnUpShexp, FfnGate, FfnGateExps,
        FfnGateShexp, FfnGateUpExps, FfnDown, FfnDownExps, FfnDownShexp, NextnEhProj, NextnEmbedTokens, NextnEnorm, NextnHnorm, NextnSharedHeadHead,
        NextnSharedHeadNorm,
    ]);

    private readonly ExpertStacks _experts;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Cohere2Moe(ArchitectureContext context)
        : base(Gguf, context) =>
        _experts = Stacks("model.layers.{bid}.mlp.experts.{xid}.{part}.weight", "down_proj", "gate_proj", "up_proj");

    /// <inheritdoc/>
    protected override long BlockCount => LayerCount + PredictionCount;

    private long PredictionCount => Config.IntegerOr(0, "num_nextn_predict_layers");

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (tensor.EndsWith(".bias"))
        {
            return tensor.Source.IsZero()
                ? []
                : throw new CheckpointException($"Cannot convert the bias '{tensor.Name}': it is not zero, and llama.cpp's architecture has none.");
        }

        return ExpertStacks.IsOfOne(tensor.Name) ? MapAll(_experts.Take(tensor, block, Config.RequireInteger("num_experts"))) : Map(tensor);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        var size = Config.RequireInteger("intermediate_size");
        writer.Real("logit_scale", Config.Require("logit_scale"));
        writer.Count("attention.sliding_window", Config.Require("sliding_window"));
        _ = Config.Require("layer_types");
        writer.Flags("attention.sliding_window_pattern", Config.Texts("layer_types").Select(type => type == "sliding_attention"));
        writer.Count("vocab_size", Config.Require("vocab_size"));
        writer.Count("expert_feed_forward_length", size, "intermediate_size");
        writer.Count("leading_dense_block_count", LeadingDense(), "first_k_dense_replace");
        writer.Flag("expert_weights_norm", Config.IsTrue("norm_topk_prob"));
        if (Config.IntegerOr(0, "num_shared_experts") is > 0 and var shared)
        {
            if (Config["shared_expert_combination_strategy"] is not null && Config.Find("shared_expert_combination_strategy")?.Text != "average")
            {
                throw new CheckpointException("Cannot convert: 'shared_expert_combination_strategy' of config.json must be average.");
            }

            writer.Count("expert_shared_count", shared, "num_shared_experts");
            writer.Count("expert_shared_feed_forward_length", checked(size * shared), "num_shared_experts");
        }

        if (PredictionCount > 0)
        {
            writer.Count("nextn_predict_layers", PredictionCount, "num_nextn_predict_layers");
        }

        writer.Count("rope.dimension_count", Config.Require("head_dim"));
        writer.Text("rope.scaling.type", "none");
    }

    private long LeadingDense() => Config["mlp_layer_types"] is null
        ? Config.Integer("first_k_dense_replace") ?? 0
        : Config.Texts("mlp_layer_types").TakeWhile(type => type == "dense").Count();
}
