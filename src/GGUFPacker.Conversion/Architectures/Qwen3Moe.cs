using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Qwen3-MoE and Qwen3-Coder: norms of queries and keys, experts stacked.</summary>
[Family("Qwen3 MoE", "Qwen3MoeForCausalLM", Special = "experts stacked or split", IsOftenCopied = true)]
internal sealed class Qwen3Moe(ArchitectureContext context) : Qwen2Moe(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("qwen3moe",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnGateInp, FfnUpExps, FfnGateExps,
        FfnDownExps, AttnQNorm, AttnKNorm,
    ]);
}
