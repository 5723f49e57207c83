using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Llama Embed Nemotron: Llama that looks both ways.</summary>
[Family("Llama Embed Nemotron", "LlamaBidirectionalModel", Special = "as Llama")]
internal sealed class LlamaEmbed(ArchitectureContext context) : Llama(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("llama-embed",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnRotEmbd, FfnNorm, FfnGateInp, FfnUp, FfnUpExps,
        FfnGate, FfnGateExps, FfnDown, FfnDownExps, RopeFreqs,
    ]);
}
