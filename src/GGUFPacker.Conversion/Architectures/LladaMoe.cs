using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>LLaDA-MoE: a diffusion model; attention looks both ways.</summary>
[Family("LLaDA MoE", "LLaDAMoEModelLM", "LLaDAMoEModel", Special = "experts stacked")]
internal sealed class LladaMoe(ArchitectureContext context) : Qwen2Moe(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("llada-moe",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnGateInp, FfnUpExps, FfnGateExps, FfnDownExps,
        AttnQNorm, AttnKNorm,
    ]);

    /// <inheritdoc/>
    protected override void WriteExperts(ParameterWriter writer)
    {
        writer.Count("expert_feed_forward_length", Config.Find("expert_intermediate_size"));
        writer.GlobalCount("tokenizer.ggml.mask_token_id", 156895);
        writer.Flag("attention.causal", false);
        writer.GlobalFlag("diffusion.shift_logits", false);
    }
}
