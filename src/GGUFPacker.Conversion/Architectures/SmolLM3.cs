using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>SmolLM3: a Llama in which llama.cpp itself knows the layers without rotary embedding.</summary>
[Family("SmolLM3", "SmolLM3ForCausalLM", Special = "rotary permutation")]
internal sealed class SmolLM3(ArchitectureContext context) : Llama(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("smollm3",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnRotEmbd, FfnNorm, FfnUp, FfnGate, FfnDown, RopeFreqs,
    ]);
}
