using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Seed-OSS.</summary>
[Family("Seed-OSS", "SeedOssForCausalLM")]
internal sealed class SeedOss(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("seed_oss",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, PostAttentionNorm, FfnUp, FfnGate, FfnDown,
    ]);
}
