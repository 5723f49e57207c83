using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>PLaMo 3: fused projections, layers with a sliding window; norms are kept as differences.</summary>
[Family("PLaMo 3", "Plamo3ForCausalLM", "PLaMo3ForCausalLM", Special = "norms completed, sliding window")]
internal sealed class Plamo3(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("plamo3",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnOutput, PostAttentionNorm, FfnNorm, PostFfwNorm, FfnUp, FfnDown, AttnQNorm, AttnKNorm,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForPlamo3(VocabularySize);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => Map(
        tensor.EndsWith(".mixer.q_norm.weight") || tensor.EndsWith(".mixer.k_norm.weight")
            ? tensor.With(source => source.PlusOne())
            : PlamoNorms.Completed(tensor));

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("vocab_size", Config.Require("vocab_size"));
        if (Config.Find("window_size", "sliding_window") is { } window)
        {
            writer.Count("attention.sliding_window", window);
            if (Config.Require("sliding_window_pattern") is { IsList: true } pattern)
            {
                writer.Flags("attention.sliding_window_pattern", pattern.Element.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.True));
            }
            else
            {
                writer.Count("attention.sliding_window_pattern", Config.RequireInteger("sliding_window_pattern"), "sliding_window_pattern");
            }
        }
    }
}
