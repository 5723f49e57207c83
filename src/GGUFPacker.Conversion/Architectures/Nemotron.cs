using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Nemotron 4 and Minitron: norms multiply with 1 + w, a part of each head is rotated.</summary>
[Family("Nemotron 4, Minitron", "NemotronForCausalLM", Special = "norms + 1")]
internal sealed class Nemotron(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("nemotron",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnRotEmbd, FfnNorm, FfnUp, FfnDown, RopeFreqs,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForNemotron(VocabularySize);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) =>
        Map(tensor.EndsWith("norm.weight") ? tensor.With(source => source.PlusOne()) : tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("vocab_size", Config.Require("vocab_size"));
        writer.Real("attention.layer_norm_epsilon", Config.Require("layer_norm_eps", "layer_norm_epsilon", "norm_epsilon", "norm_eps"));
        writer.Count("rope.dimension_count", RotaryDimensions.OfAll(Config, Rope.Outer.Require("partial_rotary_factor")), "partial_rotary_factor");
        var factor = Config.IsTrue("factor") ? Config.Find("factor") : Rope.Outer.Find("factor");
        writer.Text("rope.scaling.type", factor is null ? "none" : "linear");
        writer.Real("rope.scaling.factor", factor);
    }
}
