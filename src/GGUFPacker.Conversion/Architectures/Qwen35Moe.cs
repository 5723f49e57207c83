using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Qwen3.5 and Qwen3.6 with experts, the text part.</summary>
[Family("Qwen3.5 MoE", "Qwen3_5MoeForConditionalGeneration", "Qwen3_5MoeForCausalLM", ExportsTokenPrediction = true,
    Special = "as Qwen3.5; experts stacked or split")]
internal sealed class Qwen35Moe(ArchitectureContext context) : Qwen35(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("qwen35moe",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, PostAttentionNorm, AttnGate, FfnGateInp,
        FfnGateInpShexp, FfnUpExps, FfnUpShexp, FfnGateExps, FfnGateShexp, FfnGateUpExps, FfnDownExps, FfnDownShexp, AttnQNorm, AttnKNorm,
        SsmConv1d, SsmDt, SsmA, SsmNorm, SsmOut, SsmAlpha, SsmBeta, NextnEhProj, NextnEmbedTokens, NextnEnorm, NextnHnorm, NextnSharedHeadHead,
        NextnSharedHeadNorm,
    ]);
}
