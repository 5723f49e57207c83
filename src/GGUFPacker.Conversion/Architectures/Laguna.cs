using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Laguna: a mixture of experts whose layers may differ in heads and rotary embedding, with gates behind attention.</summary>
[Family("Laguna", "LagunaForCausalLM", Special = "heads by layer, experts stacked, widths of attention gates checked")]
internal sealed class Laguna : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("laguna",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQ, AttnK, AttnV, AttnOutput, AttnGate, FfnNorm, FfnGateInp, ExpProbsB, FfnUp, FfnUpExps,
        FfnUpShexp, FfnGate, FfnGateExps, FfnGateShexp, FfnDown, FfnDownExps, FfnDownShexp, AttnQNorm, AttnKNorm,
    ]);

    private readonly ExpertStacks _experts;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Laguna(ArchitectureContext context)
        : base(Gguf, context) =>
        _experts = Stacks("model.layers.{bid}.mlp.experts.{xid}.{part}.weight", "gate_proj", "up_proj", "down_proj");

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForLaguna(VocabularySize, Config);

    private IReadOnlyList<long> Heads => Config.IsTrue("num_attention_heads_per_layer")
        ? OfAllLayers("num_attention_heads_per_layer", Config.Integers("num_attention_heads_per_layer"))
        : [.. Enumerable.Repeat(Config.RequireInteger("num_attention_heads"), checked((int)LayerCount))];

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (ExpertStacks.IsOfOne(tensor.Name))
        {
            return MapAll(_experts.Take(tensor, block, Config.RequireInteger("num_local_experts", "num_experts")));
        }

        if (tensor.EndsWith("self_attn.g_proj.weight") && block is { } layer && layer < LayerCount)
        {
            var heads = Heads[(int)layer];
            var width = IsPerElement()[(int)layer] ? heads * Config.RequireInteger("head_dim") : heads;
            if (tensor.Source.Shape.FirstOrDefault() != width)
            {
                throw new CheckpointException(
                    $"Cannot convert the tensor '{tensor.Name}': it has {tensor.Source.Shape.FirstOrDefault()} rows, but by 'gating' of config.json {width}.");
            }
        }

        return Map(tensor);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("vocab_size", Config.Require("vocab_size"));
        writer.Counts("attention.head_count", Heads, "num_attention_heads_per_layer");
        _ = IsPerElement();
        if (Config.IntegerOr(0, "sliding_window") is > 0 and var window)
        {
            writer.Count("attention.sliding_window", window, "sliding_window");
        }

        writer.Count("expert_feed_forward_length", Config.Require("moe_intermediate_size"));
        writer.Count("expert_shared_feed_forward_length", Config.Require("shared_expert_intermediate_size"));
        writer.Flag("expert_weights_norm", true);
        writer.Real("expert_weights_scale", Config.Require("moe_routed_scaling_factor"));
        writer.Count("expert_gating_func", (long)ExpertGating.Sigmoid);
        _ = Config.Require("mlp_layer_types");
        writer.Count("leading_dense_block_count", Config.Texts("mlp_layer_types").TakeWhile(type => type == "dense").Count(), "mlp_layer_types");
        _ = Rope.Outer.Require("full_attention");
        WriteRotated("rope.dimension_count", Rope.Outer.Part("full_attention"));
        if (Rope.Outer["sliding_attention"] is not null)
        {
            WriteRotated("rope.dimension_count_swa", Rope.Outer.Part("sliding_attention"));
        }

        void WriteRotated(string key, ModelConfig rope) =>
            writer.Count(key, (long)(Config.RequireInteger("head_dim") * (rope.Number("partial_rotary_factor") ?? 1)), "head_dim");
    }

    /// <summary>By layer: whether attention's gate has a number for each element, or one for each head.</summary>
    /// <exception cref="CheckpointException">The configuration does not say, or says it so that other programs take it wrongly.</exception>
    private IReadOnlyList<bool> IsPerElement()
    {
        var gating = Config.Find("gating");
        var text = gating?.Element.ValueKind == System.Text.Json.JsonValueKind.String ? gating.Value.Text : null;
        var layers = Config.IsTrue("gating_types") ? OfAllLayers("gating_types", [.. Config.Texts("gating_types").Select(IsElement)])
            : text is not null || gating?.Element.ValueKind == System.Text.Json.JsonValueKind.True
                ? [.. Enumerable.Repeat(text is not null && IsElement(text), checked((int)LayerCount))]
                : throw new CheckpointException("Cannot convert: config.json does not say what attention's gates are like ('gating' or 'gating_types').");
        return layers.Contains(true) && (text is null || !IsElement(text))
            ? throw new CheckpointException("Cannot convert: config.json has gates for each element in 'gating_types'; set 'gating' to \"per-element\" too.")
            : layers;

        static bool IsElement(string type) => type.Replace('-', '_') switch
        {
            "per_element" => true,
            "per_head" => false,
            _ => throw new CheckpointException($"Cannot convert: a gate of attention that is '{type}' is unknown (config.json)."),
        };
    }

    private IReadOnlyList<T> OfAllLayers<T>(string key, IReadOnlyList<T> values) => values.Count == LayerCount
        ? values
        : throw new CheckpointException($"Cannot convert: '{key}' of config.json has {values.Count} entries for {LayerCount} layers.");
}
