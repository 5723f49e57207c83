using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Qwen2 and Qwen2.5, dense: language models and embedding models.</summary>
internal sealed class Qwen2(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("qwen2",
    [
        TokenEmbd, OutputNorm, Output, RopeFreqs, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnGate, FfnDown, FfnUp,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForQwen2(VocabularySize);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) =>
        Map(Context.HuggingFaceName == "Qwen2Model" ? tensor with { Name = "model." + tensor.Name } : tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer, Action writeFileType)
    {
        base.WriteParameters(writer, writeFileType);
        if (Pooling.Find(Context.Files) is { } pooling)
        {
            writer.Count("pooling_type", (long)pooling, "pooling_mode");
        }
    }
}
