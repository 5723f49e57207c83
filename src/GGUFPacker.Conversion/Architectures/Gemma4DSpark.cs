using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>DSpark drafters of Gemma 4: its layers with full attention, and DFlash's heads.</summary>
[Family("DSpark drafters of Gemma 4", "Gemma4DSparkModel", Special = "as DFlash drafters; proportional rope as factors")]
internal sealed class Gemma4DSpark : DFlash
{
    private const string Activation = "gelu_pytorch_tanh";
    private const int MaximumHeadDim = 1 << 16;
    private const double UsualRotary = 0.25;

    private readonly ModelConfig _rope;
    private bool _hasConfidenceHead;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Gemma4DSpark(ArchitectureContext context)
        : base(WithUsualRope(context))
    {
        Demand(Config.IsTrue("attention_k_eq_v"), "attention_k_eq_v", "true");
        Demand(
            Config["layer_types"] is not null
                && Config.Texts("layer_types") is var types
                && types.Count == LayerCount
                && types.All(type => type == "full_attention"),
            "layer_types", "full_attention for each layer");
        Demand(!Config.Contains("hidden_activation") || Config.Require("hidden_activation")?.Text == Activation, "hidden_activation", Activation);
        Demand(!Config.IsTrue("attention_bias"), "attention_bias", "false");
        Demand(!Config.IsTrue("enable_moe_block"), "enable_moe_block", "false");
        var size = Config.RequireInteger("vocab_size");
        Demand(Config.IntegerOr(size, "draft_vocab_size") == size, "draft_vocab_size", "vocab_size");
        Demand(!Config.IsTrue("final_logit_softcapping"), "final_logit_softcapping", "null");
        var head = DraftConfig.Contains("markov_head_type") ? DraftConfig.Find("markov_head_type") : Config.Find("markov_head_type");
        Demand(head is null or { Text: "vanilla" }, "markov_head_type", "vanilla");
        _rope = Rope.Full;
        Demand(_rope.Find("rope_type") is { Text: "default" or "proportional" }, "rope_type", "default or proportional");
    }

    /// <inheritdoc/>
    protected override uint? MaskToken => base.MaskToken ?? Config.Find("mask_token_id")?.TokenId
        ?? throw new CheckpointException("Cannot convert: config.json has no 'mask_token_id'.");

    /// <inheritdoc/>
    public override string? Select(string name)
    {
        name = WithPrefix(name);
        name = name.EndsWith(".layer_scalar", StringComparison.Ordinal) ? name + ".weight" : name;
        return base.Select(name.Replace("model.confidence_proj.", "model.confidence_head.proj.", StringComparison.Ordinal));
    }

    /// <inheritdoc/>
    public override void Prepare(IReadOnlyCollection<string> names)
    {
        base.Prepare(names);
        _hasConfidenceHead = names.Any(name => name.Contains("confidence_head.proj", StringComparison.Ordinal));
        Demand(
            names.Contains("model.lm_head.weight") || Config["tie_word_embeddings"]?.ValueKind == JsonValueKind.True,
            "tie_word_embeddings",
            "true without lm_head");
    }

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> GenerateTensors()
    {
        if (_rope.Find("rope_type") is not { Text: "proportional" })
        {
            return [];
        }

        var head = Config.RequireInteger("global_head_dim");
        var fraction = _rope.Number("partial_rotary_factor") ?? UsualRotary;
        var turned = (int)(head * fraction / 2);
        return head is > 0 and <= MaximumHeadDim && fraction is > 0 and <= 1 && head * fraction == 2 * turned
            ? [new(RopeFreqs.NameOf(null), new ConstantTensor([.. Enumerable.Repeat(1f, turned), .. Enumerable.Repeat(1e30f, (int)(head / 2) - turned)]))]
            : throw new CheckpointException("Cannot convert: 'partial_rotary_factor' of config.json must leave an even number of rotated dimensions.");
    }

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => base.Convert(
        tensor.EndsWith(".post_attention_layernorm.weight") ? tensor with { Name = PostAttentionNorm.NameOf(block) }
        : tensor.EndsWith(".pre_feedforward_layernorm.weight") ? tensor with { Name = FfnNorm.NameOf(block) }
        : tensor,
        block);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        var head = Config.RequireInteger("global_head_dim");
        writer.Count("attention.head_count_kv", Config.Require("num_global_key_value_heads"));
        writer.Count("attention.key_length", head, "global_head_dim");
        writer.Count("attention.value_length", head, "global_head_dim");
        writer.Count("rope.dimension_count", head, "global_head_dim");
        writer.Real("embedding_scale", Math.Sqrt(Config.RequireInteger("hidden_size")));
        writer.Real("attention.scale", 1);
        writer.Text("hidden_activation", Activation);
        writer.Flag("sample_from_anchor", !Config.Contains("sample_from_anchor") || Config.IsTrue("sample_from_anchor"));
        Demand(
            DraftConfig.Contains("target_layer_ids") ? DraftConfig.IsTrue("target_layer_ids") : Config.IsTrue("target_layer_ids"),
            "target_layer_ids",
            "a list of layers");
        writer.Flag("has_confidence_head", _hasConfidenceHead);
    }

    /// <summary>All layers have full attention: its rotary embedding alone counts, and without any Gemma 4's own.</summary>
    private static ArchitectureContext WithUsualRope(ArchitectureContext context)
    {
        const string Parameters = "rope_parameters", Full = "full_attention";
        var given = context.Config.Part(Parameters);
        var full = !context.Config.IsTrue(Parameters)
            ? JsonElement.Parse("""{"rope_type": "proportional", "partial_rotary_factor": 0.25, "rope_theta": 1000000.0}"""u8)
            : given[Full];
        return full is not { } part ? context : context with
        {
            Config = context.Config.With([new(Parameters, JsonElements.Of([KeyValuePair.Create(Full, part)]))]),
        };
    }

    private static void Demand(bool isMet, string key, string value)
    {
        if (!isMet)
        {
            throw CheckpointException.NotSupported(
                $"a DSpark drafter of Gemma 4 whose '{key}' in config.json is not {value}", "llama.cpp has no such drafter.");
        }
    }
}
