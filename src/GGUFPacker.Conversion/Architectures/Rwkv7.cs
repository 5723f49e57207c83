using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// RWKV 7 (Goose), in its own names and in those of flash-linear-attention: no attention; the weights that mix with the last token become one tensor.
/// </summary>
[Family("RWKV 7", "Rwkv7ForCausalLM", "RWKV7ForCausalLM", Special = "low-rank matrices transposed, mixing weights joined")]
internal class Rwkv7 : ModelArchitecture
{
    private const long AnyContext = 1 << 20;

    private static readonly string[] LowRank =
    [
        "time_mix_w1.weight", "time_mix_w2.weight", "time_mix_a1.weight", "time_mix_a2.weight", "time_mix_v1.weight", "time_mix_v2.weight",
        "time_mix_g1.weight", "time_mix_g2.weight",
    ];

    private static readonly GgufArchitecture Gguf = new("rwkv7",
    [
        TokenEmbd, TokenEmbdNorm, Output, OutputNorm, AttnNorm, AttnNorm2, TimeMixW0, TimeMixW1, TimeMixW2, TimeMixA0, TimeMixA1, TimeMixA2,
        TimeMixV0, TimeMixV1, TimeMixV2, TimeMixG1, TimeMixG2, TimeMixKK, TimeMixKA, TimeMixRK, TimeMixKey, TimeMixValue, TimeMixReceptance,
        TimeMixLn, TimeMixOutput, ChannelMixLerpK, ChannelMixKey, ChannelMixValue, TimeMixLerpFused,
    ]);

    private readonly Dictionary<string, TensorSource> _mixing = new(StringComparer.Ordinal);
    private bool _isTransposed = true;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Rwkv7(ArchitectureContext context)
        : this(Gguf, context)
    {
    }

    /// <summary>Creates the converter of a checkpoint of a relative.</summary>
    protected Rwkv7(GgufArchitecture definition, ArchitectureContext context)
        : base(definition, context)
    {
    }

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForRwkvWorld(VocabularySize);

    private string[] MixedParts =>
        !Config.Contains("wkv_has_gate") || Config.IsTrue("wkv_has_gate") ? ["r", "w", "k", "v", "a", "g"] : ["r", "w", "k", "v", "a"];

    /// <inheritdoc/>
    public override string? Select(string name)
    {
        foreach (var (part, replacement) in ((string, string)[])
            [
                ("blocks", "layers"), ("ffn", "feed_forward"), ("self_attn", "attention"), ("attn", "attention"), ("time_mixer.", ""),
                ("feed_forward_norm", "ln2"), ("g_norm", "ln_x"),
            ])
        {
            name = name.Replace(part, replacement, StringComparison.Ordinal);
        }

        return base.Select(name);
    }

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        _isTransposed &= !tensor.Contains("_lora.lora");
        tensor = tensor.Renamed("_lora.lora.0.weight", "1.weight").Renamed("_lora.lora.2.weight", "2.weight").Renamed("_lora.lora.2.bias", "0.weight");
        if (block == 0 && tensor.Contains("attention.v") && !MapName(tensor.Name).Contains("value", StringComparison.Ordinal))
        {
            // The first layer has no values to mix with; some checkpoints have them all the same.
            return [];
        }

        if (block is { } layer && tensor.Contains("attention.x_"))
        {
            return Mixing(tensor, layer);
        }

        var name = MapName(tensor.Name);
        tensor = tensor.With(source => source.Squeezed()) with
        {
            Name = name.EndsWith(".weight", StringComparison.Ordinal) || name.EndsWith(".bias", StringComparison.Ordinal) ? name : name + ".weight",
        };
        if (_isTransposed && LowRank.Any(tensor.EndsWith))
        {
            tensor = tensor.With(source => source.Permuted(1, 0));
        }

        tensor = tensor.Contains("r_k") ? tensor.With(source => source.Reshaped(-1)) : tensor;

        // llama.cpp wants the first layer's values, too, and never looks at them.
        return block == 0 && tensor.Contains("time_mix_a") ? [tensor.Renamed("time_mix_a", "time_mix_v"), tensor] : [tensor];
    }

    /// <inheritdoc/>
    public override void Complete()
    {
        base.Complete();
        if (_mixing.Count > 0)
        {
            throw new CheckpointException($"Cannot join the weights that mix with the last token: {string.Join(", ", _mixing.Keys.Take(5))} stayed alone.");
        }
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        var size = Config.RequireInteger("hidden_size");
        var isOwn = Config.Contains("head_size") && Config.Contains("layer_norm_epsilon");
        string[] own = ["lora_rank_decay", "lora_rank_iclr", "lora_rank_value_residual_mix", "lora_rank_gate"];
        string[] others = ["decay_low_rank_dim", "a_low_rank_dim", "v_low_rank_dim", "gate_low_rank_dim"];
        var keys = own.All(Config.Contains) ? own : others;
        writer.Count("context_length", AnyContext, "context");
        writer.Count("embedding_length", size, "hidden_size");
        writer.Count("block_count", BlockCount, "num_hidden_layers");
        writer.Real("attention.layer_norm_epsilon", Config.Require(isOwn ? "layer_norm_epsilon" : "norm_eps"));
        writer.Count("wkv.head_size", Config.Require(isOwn ? "head_size" : "head_dim"));
        writer.Count("attention.decay_lora_rank", Rank(keys[0], size, 0.5, 1.8), keys[0]);
        writer.Count("attention.iclr_lora_rank", Rank(keys[1], size, 0.5, 1.8), keys[1]);
        writer.Count("attention.value_residual_mix_lora_rank", Rank(keys[2], size, 0.5, 1.3), keys[2]);
        writer.Count("attention.gate_lora_rank", Rank(keys[3], size, 0.8, 0.6), keys[3]);
        writer.Count("feed_forward_length", Config.Require("intermediate_size")?.Integer ?? 4 * size, "intermediate_size");
        writer.FileType();
        writer.Count("attention.head_count", 0, "head_count");
    }

    /// <summary>A low rank: as configured, or where that is null a multiple of 32 that grows with the model.</summary>
    private long Rank(string key, long size, double exponent, double multiplier) =>
        Config.Require(key)?.Integer ?? Math.Max(1, (long)Math.Round(Math.Pow(size, exponent) * multiplier / 32, MidpointRounding.ToEven)) * 32;

    private IEnumerable<NamedTensor> Mixing(NamedTensor tensor, long block)
    {
        var parts = MixedParts;
        if (tensor.Contains("attention.x_x"))
        {
            return [tensor.With(source => source.Reshaped(parts.Length, 1, 1, -1)) with { Name = TimeMixLerpFused.NameOf(block) }];
        }

        _mixing[tensor.Name] = tensor.Source;
        var names = parts.Select(part => $"model.layers.{block}.attention.x_{part}").ToList();
        if (!names.All(_mixing.ContainsKey))
        {
            return [];
        }

        var sources = names.Select(name => _mixing[name]).ToList();
        names.ForEach(name => _mixing.Remove(name));
        return [tensor.With(_ => Concatenation.Stack(sources)) with { Name = TimeMixLerpFused.NameOf(block) }];
    }
}
