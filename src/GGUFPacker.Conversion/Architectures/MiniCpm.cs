using System.Collections.Immutable;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>MiniCPM 1 and 2: a Llama with scales that are computed from its sizes, and factors of a long context.</summary>
[Family("MiniCPM", "MiniCPMForCausalLM", Special = "rotary permutation, scales, longrope factors")]
internal sealed class MiniCpm(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("minicpm",
    [
        TokenEmbd, Output, OutputNorm, RopeFactorsLong, RopeFactorsShort, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnRotEmbd,
        FfnNorm, FfnGateInp, FfnUp, FfnUpExps, FfnGate, FfnGateExps, FfnDown, FfnDownExps, RopeFreqs,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForSentencePiece(VocabularySize);

    private long Heads => Config.RequireInteger("num_attention_heads") is > 0 and var heads
        ? heads
        : throw new CheckpointException("Cannot convert: 'num_attention_heads' of config.json must be greater than 0.");

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> GenerateTensors() => Rope.Outer.IsTrue("long_factor") || Rope.Outer.IsTrue("short_factor")
        ? [new(RopeFactorsLong.NameOf(null), Factors("long_factor")), new(RopeFactorsShort.NameOf(null), Factors("short_factor"))]
        : [];

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => Map(
        tensor.EndsWith("q_proj.weight") ? tensor.With(source => source.RotaryPermuted(Heads))
        : tensor.EndsWith("k_proj.weight") ? tensor.With(source => source.RotaryPermuted(Config.Integer("num_key_value_heads") ?? Heads))
        : tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Real("embedding_scale", Config.Require("scale_emb"));
        writer.Real("residual_scale", Required("scale_depth") / Math.Pow(Required("num_hidden_layers"), 0.5));
        writer.Real("logit_scale", Required("hidden_size") / Required("dim_model_base"));
    }

    private double Required(string key) =>
        Config.Require(key)?.Number ?? throw new CheckpointException($"Cannot convert: '{key}' of config.json must not be null.");

    private ConstantTensor Factors(string key)
    {
        var factors = Rope.Outer.Find(key) is { IsList: true } list
            ? list.Element.EnumerateArray().Select(item => (float)new ConfigValue(key, item).Number).ToImmutableArray()
            : [];
        var dimensions = Config.RequireInteger("hidden_size") / Heads;
        return factors.Length * 2 == dimensions
            ? new ConstantTensor(factors)
            : throw new CheckpointException($"Cannot convert: '{key}' of config.json has {factors.Length} factors for {dimensions} rotary dimensions.");
    }
}
