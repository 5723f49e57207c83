using System.Collections.Immutable;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>MiniCPM 3: latent attention, kept in one piece; factors of a long context.</summary>
[Family("MiniCPM 3", "MiniCPM3ForCausalLM", Special = "longrope factors")]
internal sealed class MiniCpm3(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("minicpm3",
    [
        TokenEmbd, Output, OutputNorm, RopeFactorsLong, RopeFactorsShort, AttnNorm, AttnOutput, FfnNorm, FfnUp, FfnGate, FfnDown, AttnQA, AttnQB,
        AttnKvAMqa, AttnKvB, AttnQANorm, AttnKvANorm,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForSentencePiece(VocabularySize);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> GenerateTensors() => Rope.Outer.IsTrue("long_factor") || Rope.Outer.IsTrue("short_factor")
        ? [new(RopeFactorsLong.NameOf(null), Factors("long_factor")), new(RopeFactorsShort.NameOf(null), Factors("short_factor"))]
        : [];

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        writer.FileType();
        writer.Count("context_length", Config.Require("max_position_embeddings"));
        writer.Count("embedding_length", Config.Require("hidden_size"));
        writer.Count("block_count", BlockCount, "num_hidden_layers");
        writer.Count("feed_forward_length", Config.Require("intermediate_size"));
        writer.Count("attention.head_count", Config.Require("num_attention_heads"));
        writer.Count("attention.head_count_kv", Config.Require("num_key_value_heads"));
        writer.Real("attention.layer_norm_rms_epsilon", Config.Require("rms_norm_eps"));
        writer.Count("vocab_size", Config.Require("vocab_size"));
        writer.Count("attention.q_lora_rank", Config.Find("q_lora_rank"));
        writer.Count("attention.kv_lora_rank", Config.Require("kv_lora_rank"));
        var rotated = Config.RequireInteger("qk_rope_head_dim");
        writer.Count("attention.key_length", checked(Config.RequireInteger("qk_nope_head_dim") + rotated), "qk_nope_head_dim");
        writer.Count("rope.dimension_count", rotated, "qk_rope_head_dim");
    }

    private ConstantTensor Factors(string key)
    {
        var factors = Rope.Outer.Find(key) is { IsList: true } list
            ? list.Element.EnumerateArray().Select(item => (float)new ConfigValue(key, item).Number).ToImmutableArray()
            : [];
        var dimensions = Config.RequireInteger("qk_rope_head_dim");
        return factors.Length * 2 == dimensions
            ? new ConstantTensor(factors)
            : throw new CheckpointException($"Cannot convert: '{key}' of config.json has {factors.Length} factors for {dimensions} rotary dimensions.");
    }
}
