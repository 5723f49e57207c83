using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>OpenELM: heads and feed-forward parts differ from layer to layer.</summary>
[Family("OpenELM", "OpenELMForCausalLM", Special = "sizes differ by layer, gates and ways up split")]
internal sealed class OpenElm : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("openelm",
    [
        TokenEmbd, OutputNorm, AttnNorm, AttnQkv, AttnOutput, FfnNorm, FfnUp, FfnGate, FfnDown, AttnQNorm, AttnKNorm,
    ]);

    private readonly IReadOnlyList<long> _feedForward;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public OpenElm(ArchitectureContext context)
        : base(Gguf, context with { Config = context.Config.WithRenamed("num_transformer_layers", "n_layers") })
    {
        var (size, divisor) = (Config.RequireInteger("model_dim"), Config.RequireInteger("ffn_dim_divisor"));
        _ = Config.Require("ffn_multipliers");
        _feedForward = divisor > 0
            ? [.. Config.Numbers("ffn_multipliers").Select(multiplier => Divisible(multiplier * size, divisor))]
            : throw new CheckpointException("Cannot convert: 'ffn_dim_divisor' of config.json must be greater than 0.");
        if (_feedForward.Count != LayerCount || Config.Integers("num_kv_heads").Count != LayerCount || Config.Integers("num_query_heads").Count != LayerCount)
        {
            throw new CheckpointException(
                $"Cannot convert: ffn_multipliers, num_kv_heads and num_query_heads of config.json must have {LayerCount} entries, one for each layer.");
        }
    }

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForOpenElm(VocabularySize);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (block is not { } number || tensor.Name != $"transformer.layers.{number}.ffn.proj_1.weight" || number >= _feedForward.Count)
        {
            return Map(tensor);
        }

        var rows = _feedForward[(int)number];
        return MapAll(
        [
            tensor.With(source => source.Sliced(0, 0, rows)) with { Name = FfnGate.NameOf(block) },
            tensor.With(source => source.Sliced(0, rows, source.Shape[0] - rows)) with { Name = FfnUp.NameOf(block) },
        ]);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        writer.Count("block_count", BlockCount, "num_transformer_layers");
        writer.Count("context_length", Config.Require("max_context_length"));
        writer.Count("embedding_length", Config.Require("model_dim"));
        writer.Counts("feed_forward_length", _feedForward, "ffn_multipliers");
        writer.CountOrCounts("attention.head_count", Config.Require("num_query_heads"));
        writer.CountOrCounts("attention.head_count_kv", Config.Require("num_kv_heads"));
        writer.Real("rope.freq_base", Config.Require("rope_freq_constant"));
        writer.Real("attention.layer_norm_rms_epsilon", 1e-6);
        var headDim = Config.Require("head_dim");
        writer.Count("rope.dimension_count", headDim);
        writer.Count("attention.key_length", headDim);
        writer.Count("attention.value_length", headDim);
        writer.FileType();
    }

    // To the nearest multiple, but not to less than nine tenths.
    private static long Divisible(double value, long divisor)
    {
        var rounded = Math.Max(divisor, (long)(value + (divisor / 2.0)) / divisor * divisor);
        return rounded < 0.9 * value ? rounded + divisor : rounded;
    }
}
