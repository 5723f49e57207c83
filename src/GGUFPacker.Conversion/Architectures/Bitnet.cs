using GGUFPacker.Conversion.QuantizedSources;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>BitNet b1.58: weights become -s, 0 and s as in training.</summary>
[Family("BitNet", "BitnetForCausalLM", "BitNetForCausalLM", Special = "weights rounded to three values")]
internal sealed class Bitnet(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly TensorKind[] Ternary = [AttnQ, AttnK, AttnV, AttnOutput, FfnUp, FfnDown, FfnGate];

    private static readonly GgufArchitecture Gguf = new("bitnet",
    [
        TokenEmbd, OutputNorm, AttnNorm, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnUp, FfnGate, FfnDown, AttnSubNorm, FfnSubNorm,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForSentencePiece(VocabularySize);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        var name = MapName(tensor.Name);
        return Map(Ternary.Any(kind => kind.Matches(name, block)) ? tensor.With(TernaryTensor.Of) : tensor);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Text("rope.scaling.type", "linear");
        writer.Real("rope.scaling.factor", 1);
    }
}
