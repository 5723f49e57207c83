using System.Collections.Immutable;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// Muse Glimmer, the text part: queries and keys are normalized without weights and then scaled, which is what a norm with constant weights does.
/// </summary>
[Family("Muse Glimmer", "MuseGlimmerForConditionalGeneration", Special = "text part only; layer norms + 1, rotary permutation, query and key norms made")]
internal sealed class MuseGlimmer(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private const int MaximumHeadDim = 1 << 16;

    private static readonly GgufArchitecture Gguf = new("muse-glimmer",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, PostAttentionNorm, AttnGate, FfnPreNorm, PostFfwNorm,
        FfnUp, FfnGate, FfnDown, AttnQNorm, AttnKNorm,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForMuseGlimmer(VocabularySize);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        tensor = tensor.EndsWith("layernorm.weight") ? tensor.With(source => source.PlusOne()) : tensor;
        tensor = tensor.Contains(".self_attn.q_proj.") ? tensor.With(source => source.RotaryPermuted(Config.RequireInteger("num_attention_heads")))
            : tensor.Contains(".self_attn.k_proj.") ? tensor.With(source => source.RotaryPermuted(Config.RequireInteger("num_key_value_heads")))
            : tensor;
        return block is not null && tensor.EndsWith($"model.layers.{block}.self_attn.q_proj.weight")
            ?
            [
                new(AttnQNorm.NameOf(block), Constant(Config.Require("qk_scale_factor")?.Number ?? 1)),
                new(AttnKNorm.NameOf(block), Constant(1)),
                .. Map(tensor),
            ]
            : Map(tensor);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Real("final_logit_softcapping", Config.Require("final_logit_softcapping"));
        writer.Real("logit_scale", Config.Require("output_multiplier"));
        writer.Count("attention.sliding_window", Config.Require("sliding_window"));
        _ = Config.Require("layer_types");
        writer.Flags("attention.sliding_window_pattern", Config.Texts("layer_types").Select(type => type == "sliding_attention"));
    }

    private ConstantTensor Constant(double value) => Config.RequireInteger("head_dim") is >= 0 and <= MaximumHeadDim and var headDim
        ? new ConstantTensor([.. Enumerable.Repeat((float)value, (int)headDim)])
        : throw new CheckpointException("Cannot convert: 'head_dim' of config.json is not possible.");
}
