using GGUFPacker.Conversion.Checkpoints;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// MiMo V2 (Flash, 2.5): layers with a sliding window have key-value heads of their own number; experts stacked. Three layers that predict further tokens
/// come behind the others, though config.json does not say so.
/// </summary>
[Family("MiMo V2", "MiMoV2FlashForCausalLM", "MiMoV2ForCausalLM", Special = "heads by kind of layer, experts stacked, prediction layers kept")]
internal sealed class MiMo2 : ModelArchitecture
{
    private const string PredictionPrefix = "model.mtp.layers.";
    private const int PredictionLayers = 3;
    private const double UsualEpsilon = 1e-5;

    private static readonly GgufArchitecture Gguf = new("mimo2",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnSinks, FfnNorm, FfnGateInp, ExpProbsB, FfnUp,
        FfnUpExps, FfnGate, FfnGateExps, FfnDown, FfnDownExps, LayerOutputNorm, NextnEhProj, NextnEmbedTokens, NextnEnorm, NextnHnorm,
        NextnSharedHeadHead, NextnSharedHeadNorm,
    ]);

    private readonly ExpertStacks _experts;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public MiMo2(ArchitectureContext context)
        : base(Gguf, context)
    {
        _experts = Stacks("model.layers.{bid}.mlp.experts.{xid}.{part}.weight", "gate_proj", "up_proj", "down_proj");
        var quantization = Config.Part("quantization_config");
        if (quantization["store_dtype"] is { } stored && new ConfigValue("store_dtype", stored).Text == "mxfp4")
        {
            throw CheckpointException.NotSupported("MiMo V2 with experts in MXFP4", "Use the checkpoint in FP8 or BF16.");
        }
    }

    /// <inheritdoc/>
    protected override long BlockCount => Config.RequireInteger("num_hidden_layers") + PredictionLayers;

    /// <inheritdoc/>
    public override string? Select(string name) =>
        base.Select(name.Contains("attention_sink", StringComparison.Ordinal) && !name.EndsWith(".weight", StringComparison.Ordinal) ? name + ".weight" : name);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (tensor.Name.StartsWith(PredictionPrefix, StringComparison.Ordinal) && block is { } number)
        {
            block = LayerCount + number;
            tensor = number < PredictionLayers
                ? tensor with { Name = $"model.layers.{block}{tensor.Name[(PredictionPrefix.Length + $"{number}".Length)..]}" }
                : throw new CheckpointException(
                    $"Cannot convert the tensor '{tensor.Name}': MiMo V2 has {PredictionLayers} layers that predict further tokens.");
        }

        return tensor.Contains(".mlp.experts.") && tensor.EndsWith(".weight")
            ? MapAll(_experts.Take(tensor, block, Config.RequireInteger("n_routed_experts")))
            : Map(tensor);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        DemandEqual("swa_head_dim", "head_dim");
        DemandEqual("swa_num_attention_heads", "num_attention_heads");
        DemandEqual("swa_v_head_dim", "v_head_dim");
        if (Config.Require("topk_method")?.Text != "noaux_tc")
        {
            throw new CheckpointException("Cannot convert: 'topk_method' of config.json must be noaux_tc.");
        }

        var (full, sliding) = (Config.RequireInteger("num_key_value_heads"), Config.RequireInteger("swa_num_key_value_heads"));
        _ = Config.Require("hybrid_layer_pattern");
        var pattern = Config.Integers("hybrid_layer_pattern").Concat(Enumerable.Repeat(1L, PredictionLayers)).ToList();
        writer.Counts("attention.head_count_kv", pattern.Select(kind => kind == 1 ? sliding : full), "num_key_value_heads");
        writer.Count("attention.sliding_window", Config.Require("sliding_window"));
        writer.Counts("attention.sliding_window_pattern", pattern, "hybrid_layer_pattern");
        writer.Count("attention.value_length", Config.Require("v_head_dim"));
        writer.Count("expert_count", Config.Require("n_routed_experts"));
        writer.Count("expert_feed_forward_length", Config.Require("moe_intermediate_size"));
        var rotated = Rope.Outer.Require("partial_rotary_factor")?.Number
            ?? throw new CheckpointException("Cannot convert: 'partial_rotary_factor' of config.json must not be null.");
        writer.Count("rope.dimension_count", (long)(Config.RequireInteger("head_dim") * rotated), "head_dim");
        writer.Real("attention.layer_norm_rms_epsilon", Config.Number("layernorm_epsilon") ?? UsualEpsilon);
        writer.Real("attention.value_scale", Config.Find("attention_value_scale"));
        writer.Count("nextn_predict_layers", PredictionLayers);
    }

    private void DemandEqual(string key, string other)
    {
        if (Config.RequireInteger(key) != Config.RequireInteger(other))
        {
            throw new CheckpointException($"Cannot convert: '{key}' and '{other}' of config.json must be equal.");
        }
    }
}
