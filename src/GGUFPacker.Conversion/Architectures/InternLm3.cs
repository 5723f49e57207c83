using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>InternLM 3: Llama's architecture with a tokenizer of its own.</summary>
[Family("InternLM 3", "InternLM3ForCausalLM", Special = "as Llama")]
internal sealed class InternLm3(ArchitectureContext context) : Llama(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("llama",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnRotEmbd, FfnNorm, FfnGateInp, FfnUp, FfnUpExps,
        FfnGate, FfnGateExps, FfnDown, FfnDownExps, RopeFreqs,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForInternLm3(VocabularySize);

    /// <inheritdoc/>
    protected override long? KeyHeads => Config.Integer("num_key_value_heads");

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> GenerateTensors() => [];

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => Map(PermuteQueryAndKey(tensor));
}
