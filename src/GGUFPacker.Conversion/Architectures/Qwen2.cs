using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Qwen2 and Qwen2.5, dense: language models and embedding models.</summary>
[Family(
    "Qwen2",
    "Qwen2ForCausalLM", "Qwen2Model", "Qwen2AudioForConditionalGeneration", "KORMoForCausalLM", "AudioFlamingo3ForConditionalGeneration",
    "DotsOCRForCausalLM", IsOftenCopied = true)]
internal class Qwen2 : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("qwen2",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnUp, FfnGate, FfnDown, RopeFreqs,
    ]);

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Qwen2(ArchitectureContext context)
        : this(Gguf, context)
    {
    }

    /// <summary>Creates the converter of a checkpoint of a relative.</summary>
    protected Qwen2(GgufArchitecture definition, ArchitectureContext context)
        : base(definition, context)
    {
    }

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForQwen2(VocabularySize);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) =>
        Map(Context.HuggingFaceName == "Qwen2Model" ? tensor with { Name = "model." + tensor.Name } : tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        Pooling.Write(writer, Context.Files);
    }
}
