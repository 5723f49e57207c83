using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>StarCoder2: biases everywhere, norms with biases.</summary>
[Family("StarCoder2", "Starcoder2ForCausalLM")]
internal sealed class StarCoder2(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("starcoder2",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnRotEmbd, FfnNorm, FfnUp, FfnDown, RopeFreqs,
    ]);
}
