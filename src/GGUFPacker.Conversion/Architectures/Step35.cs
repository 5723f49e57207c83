using System.Globalization;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// Step 3.5 and 3.7 Flash: layers with a sliding window differ from the others in heads, rotated dimensions and base; the experts are stacked already.
/// Layers that predict further tokens come behind the others.
/// </summary>
[Family("Step 3.5, Step 3.7", "Step3p5ForCausalLM", "Step3p7ForConditionalGeneration", ExportsTokenPrediction = true,
    Special = "norms + 1, heads by kind of layer, llama3 rope factors, prediction layers kept")]
internal sealed class Step35 : ModelArchitecture
{
    private const string Full = "full_attention";
    private const double UsualEpsilon = 1e-5;

    private static readonly GgufArchitecture Gguf = new("step35",
    [
        TokenEmbd, Output, OutputNorm, RopeFreqs, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnGate, FfnNorm, FfnGateInp, ExpProbsB,
        FfnUp, FfnUpExps, FfnUpShexp, FfnGate, FfnGateExps, FfnGateShexp, FfnDown, FfnDownExps, FfnDownShexp, AttnQNorm, AttnKNorm, NextnEhProj,
        NextnEmbedTokens, NextnEnorm, NextnHnorm, NextnSharedHeadHead, NextnSharedHeadNorm,
    ]);

    private static readonly string[] Squeezed =
        [".self_attn.g_proj.weight", ".moe.gate.weight", ".moe.up_proj.weight", ".moe.gate_proj.weight", ".moe.down_proj.weight"];

    private readonly AppendedPrediction _prediction;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Step35(ArchitectureContext context)
        : base(Gguf, WithTwoBases(context)) => _prediction = new AppendedPrediction(context.Options.TokenPrediction, LayerCount);

    /// <inheritdoc/>
    public override bool NamesPrediction => true;

    /// <inheritdoc/>
    protected override long BlockCount => LayerCount + PredictionCount;

    private long PredictionCount =>
        Context.Options.TokenPrediction == TokenPrediction.Excluded ? 0 : Config.IntegerOr(0, "num_nextn_predict_layers");

    /// <inheritdoc/>
    public override string? Select(string name)
    {
        if (base.Select(name) is not { } selected)
        {
            return null;
        }

        selected = selected.EndsWith(".moe.router_bias", StringComparison.Ordinal) ? selected + ".bias" : selected;
        return !_prediction.IsBehind(selected) ? _prediction.Select(selected) : _prediction.Select(selected)?
            .Replace(".transformer.", ".", StringComparison.Ordinal)
            .Replace("shared_head.output", "shared_head.head", StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> GenerateTensors()
    {
        var head = RopeHead.Dim(Config);
        var factors = Llama3RopeFactors.Of(Rope.Full, () => (long)(head * RotaryFactors().First(layer => layer.Type == Full).Factor), isDouble: true);
        return factors is { } scaled
            ? [new NamedTensor(RopeFreqs.NameOf(null), new ConstantTensor([.. scaled, .. Enumerable.Repeat(1f, Math.Max(0, (int)(head / 2) - scaled.Length))]))]
            : [];
    }

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        tensor = tensor.EndsWith("norm.weight") ? tensor.With(source => source.PlusOne()) : tensor;
        return Map(Squeezed.Any(tensor.EndsWith) ? tensor.With(source => source.Squeezed()) : tensor);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        var types = Padded(Config.Texts("layer_types"), Full);
        var other = Config.Part("attention_other_setting");
        var (heads, groups) = (Config.RequireInteger("num_attention_heads"), Config.RequireInteger("num_attention_groups"));
        var (slidingHeads, slidingGroups) = (other.Integer("num_attention_heads") ?? heads, other.Integer("num_attention_groups") ?? groups);
        if (!types.Select(type => IsSliding(type) ? 1.0 : 0.5).SequenceEqual(Padded(Config.Numbers("partial_rotary_factors"), 0.5)))
        {
            throw new CheckpointException(
                "Cannot convert: 'partial_rotary_factors' of config.json must be 1 for layers with a sliding window and 0.5 for the others.");
        }

        writer.Counts("attention.head_count", types.Select(type => IsSliding(type) ? slidingHeads : heads), "num_attention_heads");
        writer.Counts("attention.head_count_kv", types.Select(type => IsSliding(type) ? slidingGroups : groups), "num_attention_groups");
        writer.Count("attention.sliding_window", Config.Require("sliding_window"));
        writer.Flags("attention.sliding_window_pattern", types.Select(IsSliding));
        writer.Count("attention.value_length", Config.Require("head_dim"));
        writer.Count("expert_count", Config.Require("moe_num_experts"));
        writer.Count("expert_used_count", Config.Require("moe_top_k"));
        writer.Count("expert_feed_forward_length", Config.Require("moe_intermediate_size"));
        writer.Count("expert_shared_feed_forward_length", Config.Require("share_expert_dim"));
        writer.Real("expert_weights_scale", Config.Find("moe_router_scaling_factor"));
        if (Config["norm_expert_weight"] is not null)
        {
            writer.Flag("expert_weights_norm", Config.IsTrue("norm_expert_weight"));
        }

        writer.Count("leading_dense_block_count", LeadingDense(), "moe_layers_enum");
        writer.Count("moe_every_n_layers", Config.Integer("moe_every_n_layer") ?? 1, "moe_every_n_layer");
        writer.Real("attention.layer_norm_rms_epsilon", Config.Number("rms_norm_eps") ?? UsualEpsilon);
        WriteLimits(writer, "swiglu_clamp_exp", "swiglu_limits");
        WriteLimits(writer, "swiglu_clamp_shexp", "swiglu_limits_shared");
        if (PredictionCount > 0)
        {
            writer.Count("nextn_predict_layers", PredictionCount, "num_nextn_predict_layers");
        }
    }

    /// <summary>A list under rope_theta has the bases of layers with full attention and of those with a sliding window.</summary>
    private static ArchitectureContext WithTwoBases(ArchitectureContext context)
    {
        if (context.Config["rope_theta"] is not { ValueKind: JsonValueKind.Array } bases)
        {
            return context;
        }

        var (full, sliding) = bases.GetArrayLength() >= 2
            ? (bases[0], bases[1])
            : throw new CheckpointException("Cannot convert: 'rope_theta' of config.json must be a number or a list of two.");
        return context with { Config = context.Config.With([new("rope_theta", full), new("local_rope_theta", sliding)]) };
    }

    private static bool IsSliding(string type) => type == "sliding_attention";

    /// <summary>config.json has the layers that predict further tokens too, or leaves them out.</summary>
    private IEnumerable<T> Padded<T>(IReadOnlyList<T> values, T missing) =>
        values.Concat(Enumerable.Repeat(missing, checked((int)BlockCount))).Take(checked((int)BlockCount));

    private IEnumerable<(string Type, double Factor)> RotaryFactors() =>
        Config.Texts("layer_types").Zip(Config.Numbers("partial_rotary_factors")).Append((Full, 1));

    private void WriteLimits(ParameterWriter writer, string key, string name)
    {
        if (Config[name] is { ValueKind: JsonValueKind.Array } limits)
        {
            writer.Reals(key, Padded(
                [.. limits.EnumerateArray().Select(limit => limit.ValueKind == JsonValueKind.Null ? 0 : (float)new ConfigValue(name, limit).Number)], 0f));
        }
    }

    /// <summary>The first layer with experts.</summary>
    private long LeadingDense()
    {
        if (Config["moe_layers_enum"] is not { ValueKind: JsonValueKind.String } text || string.IsNullOrWhiteSpace(text.GetString()))
        {
            return 0;
        }

        return text.GetString()!.Split(',').Min(part => long.TryParse(part, NumberStyles.Integer, CultureInfo.InvariantCulture, out var layer)
            ? Math.Max(0, layer)
            : throw new CheckpointException($"Cannot convert: 'moe_layers_enum' of config.json holds '{part}', which is no layer."));
    }
}
