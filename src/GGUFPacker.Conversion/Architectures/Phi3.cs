using System.Collections.Immutable;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Phi-3, Phi-3.5 and Phi-4-mini: fused matrices stay fused; the factors of a long context become tensors.</summary>
[Family("Phi-3, Phi-4-mini", "Phi3ForCausalLM", "Phi4ForCausalLMV", Special = "longrope factors, sliding window 0 if null")]
internal class Phi3 : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("phi3",
    [
        TokenEmbd, Output, OutputNorm, RopeFactorsLong, RopeFactorsShort, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnUp,
        FfnDown,
    ]);

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Phi3(ArchitectureContext context)
        : this(Gguf, context)
    {
    }

    /// <summary>Creates the converter of a checkpoint of a relative.</summary>
    protected Phi3(GgufArchitecture definition, ArchitectureContext context)
        : base(definition, context)
    {
    }

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForPhi3(VocabularySize);

    private ConfigValue? ContextLength => Config.Require("n_positions", "max_position_embeddings");

    private long OriginalContext => Rope.Outer.RequireInteger("original_max_position_embeddings");

    private long RotaryDimensions =>
        (long)((Rope.Outer.Find("partial_rotary_factor")?.Number ?? 1) * Config.RequireInteger("hidden_size", "n_embd")) / Heads;

    private long Heads => Config.RequireInteger("num_attention_heads", "n_head") is > 0 and var heads
        ? heads
        : throw new CheckpointException("Cannot convert: 'num_attention_heads' of config.json must be greater than 0.");

    private bool HasFactors => Rope.Outer.Find("long_factor") is { IsList: true } factors && factors.Element.GetArrayLength() > 0;

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> GenerateTensors() => HasFactors
        ? [new(RopeFactorsLong.NameOf(null), Factors("long_factor")), new(RopeFactorsShort.NameOf(null), Factors("short_factor"))]
        : [];

    /// <inheritdoc/>
    public override void WriteEarlyParameters(ParameterWriter writer)
    {
        if (HasFactors)
        {
            writer.Real("rope.scaling.attn_factor", AttentionFactor());
        }
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        writer.Count("context_length", ContextLength);
        writer.Count("rope.scaling.original_context_length", OriginalContext, "original_max_position_embeddings");
        writer.Count("embedding_length", Config.Require("hidden_size", "n_embd"));
        writer.Count("feed_forward_length", Config.Require("intermediate_size"));
        writer.Count("block_count", BlockCount, "num_hidden_layers");
        writer.Count("attention.head_count", Heads, "num_attention_heads");
        writer.Count("attention.head_count_kv", Config.Require("num_key_value_heads", "n_head_kv"));
        writer.Real("attention.layer_norm_rms_epsilon", Config.Require("rms_norm_eps"));
        writer.Count("rope.dimension_count", RotaryDimensions, "partial_rotary_factor");
        writer.Real("rope.freq_base", Rope.Full.Require("rope_theta"));
        writer.FileType();

        // llama.cpp tells Phi-4, which has no window, from the others by this 0.
        writer.Count("attention.sliding_window", Config.Find("sliding_window")?.Integer ?? 0, "sliding_window");
    }

    private double AttentionFactor()
    {
        var scale = (double)Config.RequireInteger("n_positions", "max_position_embeddings") / OriginalContext;
        return Rope.Outer.Require("rope_type")?.Text.ToLowerInvariant() switch
        {
            "su" or "longrope" => scale > 1 ? Math.Sqrt(1 + (Math.Log(scale) / Math.Log(OriginalContext))) : 1,
            "yarn" => scale > 1 ? (0.1 * Math.Log(scale)) + 1 : 1,
            var other => throw new CheckpointException($"Cannot convert: the rotary embedding's scaling '{other}' of config.json is none that Phi-3 has."),
        };
    }

    private ConstantTensor Factors(string key)
    {
        var list = Rope.Outer.Require(key);
        var factors = list is { IsList: true } value
            ? value.Element.EnumerateArray().Select(item => (float)new ConfigValue(key, item).Number).ToImmutableArray()
            : [];
        return factors.Length * 2 == RotaryDimensions
            ? new ConstantTensor(factors)
            : throw new CheckpointException($"Cannot convert: '{key}' of config.json has {factors.Length} factors for {RotaryDimensions} rotary dimensions.");
    }
}
