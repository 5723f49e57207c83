using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// Gemma 4, the text part: layers with full attention and with a sliding window have heads of different sizes, some layers share keys and values,
/// embeddings for each layer, experts with scales.
/// </summary>
[Family("Gemma 4", "Gemma4ForConditionalGeneration", "Gemma4ForCausalLM", "Gemma4UnifiedForConditionalGeneration",
    Special = "sizes differ by kind of layer, shared keys and values, per-layer embeddings, proportional rope as factors, expert scales")]
internal class Gemma4 : Gemma3
{
    private static readonly GgufArchitecture Gguf = new("gemma4",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, PostAttentionNorm, FfnPreNorm, PreFfwNorm2,
        PostFfwNorm, PostFfwNorm1, PostFfwNorm2, FfnGateInp, FfnUp, FfnUpExps, FfnGate, FfnGateExps, FfnGateUpExps, FfnDown, FfnDownExps,
        AttnQNorm, AttnKNorm, RopeFreqs, LayerOutputScale, PerLayerTokenEmbd, PerLayerModelProj, PerLayerProjNorm, InpGate, Proj, PostNorm,
    ]);

    private static readonly string[] ExpertSuffixes = [".weight", ".weight_scale", ".weight_scale_2", ".input_scale"];

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Gemma4(ArchitectureContext context)
        : this(Gguf, context)
    {
    }

    /// <summary>Creates the converter of a checkpoint of a relative.</summary>
    protected Gemma4(GgufArchitecture definition, ArchitectureContext context)
        : base(definition, context)
    {
    }

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForGemma4();

    private long FullHeadDim => Config.Integer("global_head_dim") ?? OfFullLayer("head_dim")
        ?? throw new CheckpointException("Cannot convert: config.json has no 'global_head_dim'.");

    /// <inheritdoc/>
    public override string? Select(string name)
    {
        if (name.EndsWith("per_dim_scale", StringComparison.Ordinal) || name.EndsWith("layer_scalar", StringComparison.Ordinal))
        {
            name += ".weight";
        }

        if (name.Contains(".experts.", StringComparison.Ordinal) && !ExpertSuffixes.Any(suffix => name.EndsWith(suffix, StringComparison.Ordinal)))
        {
            name += ".weight";
        }

        return base.Select(name);
    }

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> GenerateTensors()
    {
        // Only a part of each head's dimensions is turned; llama.cpp turns all of them, and those not meant to by next to nothing.
        var full = Config.Part("rope_parameters").Part("full_attention");
        if (full.Find("rope_type")?.Text != "proportional")
        {
            throw new CheckpointException("Cannot convert: 'rope_type' of 'rope_parameters.full_attention' in config.json must be 'proportional'.");
        }

        var headDim = FullHeadDim;
        var turned = (int)(headDim * (full.Require("partial_rotary_factor")?.Number ?? 1) / 2);
        return headDim is < 0 or > 1 << 16 || turned > headDim / 2
            ? throw new CheckpointException($"Cannot convert: a head of {headDim} dimensions (config.json) has no rotary embedding.")
            : [new(RopeFreqs.NameOf(null), new ConstantTensor([.. Enumerable.Repeat(1f, turned), .. Enumerable.Repeat(1e30f, (int)(headDim / 2) - turned)]))];
    }

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (tensor.EndsWith("router.scale"))
        {
            return [tensor with { Name = FfnGateInp.NameOf(block, ".scale") }];
        }

        return tensor.Contains(".per_expert_scale") ? [tensor with { Name = FfnDownExps.NameOf(block, ".scale") }] : base.Convert(tensor, block);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        var sharedLayers = Config.RequireInteger("num_kv_shared_layers");
        writer.Count("attention.shared_kv_layers", sharedLayers, "num_kv_shared_layers");
        writer.Count("embedding_length_per_layer_input", Config.Integer("hidden_size_per_layer_input") ?? 0, "hidden_size_per_layer_input");
        var isSliding = Config.Texts("layer_types").Select(type => type == "sliding_attention").ToImmutableArray();
        writer.Flags("attention.sliding_window_pattern", isSliding);

        var fullHeadDim = FullHeadDim;
        var slidingHeadDim = Config.RequireInteger("head_dim");
        writer.Count("attention.key_length", fullHeadDim, "global_head_dim");
        writer.Count("attention.value_length", fullHeadDim, "global_head_dim");
        writer.Count("attention.key_length_swa", slidingHeadDim, "head_dim");
        writer.Count("attention.value_length_swa", slidingHeadDim, "head_dim");
        writer.Count("expert_feed_forward_length", Config.Require("expert_intermediate_size", "moe_intermediate_size"));
        if (Config.IsTrue("use_double_wide_mlp"))
        {
            var size = Config.RequireInteger("intermediate_size");
            var firstShared = BlockCount - sharedLayers;
            writer.Counts("feed_forward_length", Layers().Select(layer => layer < firstShared ? size : size * 2), "intermediate_size");
        }

        if ((Config.Integer("num_global_key_value_heads") ?? OfFullLayer("num_key_value_heads")) is { } fullHeads
            && Config.Integer("num_key_value_heads") is { } slidingHeads)
        {
            writer.Counts("attention.head_count_kv", isSliding.Select(sliding => sliding ? slidingHeads : fullHeads), "num_key_value_heads");
        }

        writer.Count("rope.dimension_count", fullHeadDim, "global_head_dim");
        writer.Count("rope.dimension_count_swa", (long)(slidingHeadDim * (Rope.Outer.Number("partial_rotary_factor") ?? 1)), "head_dim");
    }

    /// <inheritdoc/>
    protected override TensorSource Norm(TensorSource source) => source;

    private IEnumerable<long> Layers()
    {
        for (var layer = 0L; layer < BlockCount; layer++)
        {
            yield return layer;
        }
    }

    /// <summary>A value that "per_layer_config" has for the first layer with full attention that has one of its own.</summary>
    private long? OfFullLayer(string key)
    {
        var types = Config.Texts("layer_types");
        foreach (var (layer, values) in Config.Part("per_layer_config").Values)
        {
            if (int.TryParse(layer, out var index) && index >= 0 && index < types.Count && types[index] == "full_attention"
                && values.ValueKind == JsonValueKind.Object && values.TryGetProperty(key, out var value))
            {
                return new ConfigValue(key, value).Integer;
            }
        }

        return null;
    }
}
