using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>RND1: a diffusion model on Qwen3-MoE; attention looks both ways.</summary>
[Family("RND1", "RND1", Special = "experts stacked")]
internal sealed class Rnd1(ArchitectureContext context) : Qwen2Moe(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("rnd1",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnGateInp, FfnUpExps, FfnGateExps, FfnDownExps,
        AttnQNorm, AttnKNorm,
    ]);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Flag("attention.causal", false);
        if (Config.Find("mask_token_id") is { } mask)
        {
            writer.GlobalCount("tokenizer.ggml.mask_token_id", mask.TokenId);
        }
    }
}
