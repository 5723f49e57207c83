using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>openPangu Embedded.</summary>
[Family("openPangu Embedded", "PanguEmbeddedForCausalLM", Special = "a tied lm_head left out")]
internal sealed class PanguEmbedded(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("pangu-embedded",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnUp, FfnGate, FfnDown,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForErnie(VocabularySize);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) =>
        tensor.Name == "lm_head.weight" && Config.IsTrue("tie_word_embeddings") ? [] : Map(tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("vocab_size", Config.Require("vocab_size"));
        var headDim = RopeHead.Dim(Config);
        writer.Count("rope.dimension_count", headDim, "head_dim");
        writer.Count("attention.key_length", headDim, "head_dim");
        writer.Count("attention.value_length", headDim, "head_dim");
    }
}
