using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>XVERSE.</summary>
[Family("XVERSE", "XverseForCausalLM", Special = "rotary permutation")]
internal sealed class Xverse(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("xverse",
    [
        TokenEmbd, Output, OutputNorm, RopeFreqs, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnRotEmbd, FfnNorm, FfnUp, FfnGate, FfnDown,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForXverse(VocabularySize);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => Map(
        tensor.EndsWith("q_proj.weight") ? tensor.With(source => RotaryGroups.Permute(source, Config, ofKeys: false))
        : tensor.EndsWith("k_proj.weight") ? tensor.With(source => RotaryGroups.Permute(source, Config, ofKeys: true))
        : tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Text("tensor_data_layout", "Meta AI original pth");
        writer.Count("rope.dimension_count", RopeHead.Shared(Config));
    }
}
