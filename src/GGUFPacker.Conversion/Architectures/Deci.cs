using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// Nemotron's variants of Llama (Super 49B, 51B, Ultra 253B) and DeciLM: heads and feed-forward parts differ from layer to layer, or are missing.
/// </summary>
[Family("Llama Nemotron, DeciLM", "DeciLMForCausalLM", Special = "rotary permutation, llama3 rope factors, sizes differ by layer")]
internal sealed class Deci : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("deci",
    [
        TokenEmbd, Output, OutputNorm, RopeFreqs, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnRotEmbd, FfnNorm, FfnGateInp, FfnUp,
        FfnUpExps, FfnGate, FfnGateExps, FfnDown, FfnDownExps,
    ]);

    // Of each layer: heads, key heads and the size of the feed-forward part; null where config.json does not tell them apart.
    private readonly IReadOnlyList<(long Heads, long KeyHeads, long FeedForward)>? _layers;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Deci(ArchitectureContext context)
        : base(Gguf, context)
    {
        if (Config["block_configs"] is { ValueKind: JsonValueKind.Array } layers)
        {
            _layers = layers.GetArrayLength() == LayerCount
                ? [.. layers.EnumerateArray().Select(Layer)]
                : throw new CheckpointException($"Cannot convert: 'block_configs' of config.json must have {LayerCount} entries, one for each layer.");
        }
    }

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForDeci(VocabularySize);

    private long Heads => Config.RequireInteger("num_attention_heads");

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> GenerateTensors() => Llama3RopeFactors.Of(Rope.Full, () => RopeHead.Dim(Config)) is { } factors
        ? [new NamedTensor(RopeFreqs.NameOf(null), new ConstantTensor(factors))]
        : [];

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        var layer = block is { } number && number < LayerCount ? _layers?[(int)number] : null;
        var heads = layer?.Heads ?? Heads;
        return Map(
            tensor.EndsWith("q_proj.weight") || tensor.EndsWith("q_proj.bias") ? tensor.With(source => source.RotaryPermuted(heads))
            : tensor.EndsWith("k_proj.weight") || tensor.EndsWith("k_proj.bias") ? tensor.With(source => source.RotaryPermuted(KeyHeads(layer, block) ?? heads))
            : tensor);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        if (_layers is null)
        {
            base.WriteParameters(writer);
            writer.CountOrCounts("attention.head_count_kv", Config.Find("num_key_value_heads_per_layer"));
        }
        else
        {
            writer.Real("rope.freq_base", Rope.Outer.Find("rope_theta"));
            writer.Counts("attention.head_count_kv", _layers.Select(layer => layer.KeyHeads), "block_configs");
            writer.Counts("attention.head_count", _layers.Select(layer => layer.Heads), "block_configs");
            writer.Counts("feed_forward_length", _layers.Select(layer => layer.FeedForward), "block_configs");
            writer.Count("block_count", BlockCount, "num_hidden_layers");
            writer.Count("context_length", Config.Require("max_position_embeddings"));
            writer.Count("embedding_length", Config.Require("hidden_size"));
            writer.Real("attention.layer_norm_rms_epsilon", Config.Require("rms_norm_eps"));
            writer.Count("attention.key_length", RopeHead.Shared(Config));
            writer.Count("attention.value_length", RopeHead.Shared(Config));
            writer.FileType();
        }

        writer.Count("vocab_size", Config.Require("vocab_size"));
        writer.Count("rope.dimension_count", RopeHead.Dim(Config), "head_dim");
    }

    private long? KeyHeads((long Heads, long KeyHeads, long FeedForward)? layer, long? block)
    {
        var perLayer = Config.Integers("num_key_value_heads_per_layer");
        return block is { } number && number < perLayer.Count ? perLayer[(int)number] : layer?.KeyHeads ?? Config.Integer("num_key_value_heads");
    }

    private (long Heads, long KeyHeads, long FeedForward) Layer(JsonElement json)
    {
        var layer = new ModelConfig(json.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, property.Value)));
        var (attention, feedForward) = (layer.Part("attention"), layer.Part("ffn"));
        var shared = attention.Require("n_heads_in_group")?.Integer;
        var size = (long)(2 * (feedForward.Require("ffn_mult")?.Number ?? 0) * Config.RequireInteger("hidden_size") / 3);
        return (
            shared is not null || attention["replace_with_linear"]?.ValueKind == JsonValueKind.True ? Heads : 0,
            shared is { } group ? group > 0 ? Heads / group : throw new CheckpointException(
                "Cannot convert: n_heads_in_group of config.json must be greater than 0.") : 0,
            (size + 255) / 256 * 256);
    }
}
