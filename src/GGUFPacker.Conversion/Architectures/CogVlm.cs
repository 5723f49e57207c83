using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>The text part of CogVLM and CogVLM 2: Llama.</summary>
[Family("CogVLM", "CogVLMForCausalLM", Special = "text part only; as Llama")]
internal sealed class CogVlm(ArchitectureContext context) : Llama(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("cogvlm",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnOutput, FfnNorm, FfnUp, FfnGate, FfnDown, VisexpUp, VisexpGate, VisexpDown,
        VisexpAttnOut, VisexpAttnQkv,
    ]);
}
