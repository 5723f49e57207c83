using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>dots.llm1: experts stacked, shared experts in one.</summary>
[Family("dots.llm1", "Dots1ForCausalLM", Special = "experts stacked, shared experts")]
internal sealed class Dots1(ArchitectureContext context)
    : Qwen2Moe(Gguf, context with { Config = context.Config.WithRenamed("n_routed_experts", "num_experts") })
{
    private static readonly GgufArchitecture Gguf = new("dots1",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnGateInp, ExpProbsB, FfnUp, FfnUpExps,
        FfnUpShexp, FfnGate, FfnGateExps, FfnGateShexp, FfnDown, FfnDownExps, FfnDownShexp, AttnQNorm, AttnKNorm,
    ]);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) =>
        tensor.Contains("shared_experts") ? Map(tensor) : base.Convert(tensor, block);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("leading_dense_block_count", Config.Require("first_k_dense_replace"));
        writer.Count("expert_shared_count", Config.Require("n_shared_experts"));
        writer.Real("expert_weights_scale", Config.Require("routed_scaling_factor"));
        writer.Flag("expert_weights_norm", Config.IsTrue("norm_topk_prob"));
    }
}
