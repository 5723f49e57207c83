using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Arctic: a dense part beside a mixture of experts.</summary>
[Family("Snowflake Arctic", "ArcticForCausalLM", Special = "rotary permutation, experts stacked")]
internal sealed class Arctic : ModelArchitecture
{
    // The norm that others have before the feed-forward part comes before the experts here.
    private static readonly TensorKind ResidualNorm = new(FfnNorm.Name, "model.layers.{bid}.residual_layernorm");
    private static readonly TensorKind ExpertsNorm = new(FfnNormExps.Name, "model.layers.{bid}.post_attention_layernorm");

    private static readonly GgufArchitecture Gguf = new("arctic",
    [
        TokenEmbd, Output, OutputNorm, RopeFreqs, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnRotEmbd, ResidualNorm, FfnGateInp, FfnUp,
        FfnUpExps, FfnGate, FfnGateExps, FfnDown, FfnDownExps, ExpertsNorm,
    ]);

    private readonly ExpertStacks _experts;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Arctic(ArchitectureContext context)
        : base(Gguf, context) =>
        _experts = Checked(new ExpertStacks("model.layers.{bid}.block_sparse_moe.experts.{xid}.{part}.weight", "w1", "w2", "w3")
        {
            StackPattern = "layers.{bid}.feed_forward.experts.{part}.weight",
        });

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForArctic(VocabularySize);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        var heads = Config.RequireInteger("num_attention_heads");
        return tensor.Contains("block_sparse_moe.experts") ? MapAll(_experts.Take(tensor, block, Config.RequireInteger("num_local_experts")))
            : Map(tensor.EndsWith("q_proj.weight") ? tensor.With(source => source.RotaryPermuted(heads))
            : tensor.EndsWith("k_proj.weight") ? tensor.With(source => source.RotaryPermuted(Config.Integer("num_key_value_heads") ?? heads))
            : tensor);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("vocab_size", Config.Require("vocab_size"));
        writer.Count("rope.dimension_count", RopeHead.Shared(Config));
    }
}
