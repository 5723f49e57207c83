using System.Globalization;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.QuantizedSources;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// Kimi K3, the text part: Kimi Linear's layers with residuals across layers, whose norm and score become one vector, experts in a smaller space, and gates
/// behind attention. Experts in MXFP4 are kept so.
/// </summary>
[Family("Kimi K3", "KimiK3ForConditionalGeneration",
    Special = "text part only; MLA split by heads, heads by layer, decay -exp, residual norms and scores multiplied, MXFP4 experts kept or experts stacked")]
internal sealed class KimiK3 : ModelArchitecture
{
    private const string PackedFormat = "mxfp4-pack-quantized";
    private const string PackedEnd = ".weight_packed";
    private const string Activation = "situ";

    private static readonly GgufArchitecture Gguf = new("kimi-k3",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQ, AttnK, AttnV, AttnOutput, AttnGate, FfnNorm, FfnGateInp, ExpProbsB, FfnUp, FfnUpExps,
        FfnUpShexp, FfnGate, FfnGateExps, FfnGateShexp, FfnDown, FfnDownExps, FfnDownShexp, SsmDt, SsmA, SsmNorm, SsmConv1dQ, SsmConv1dK,
        SsmConv1dV, SsmFA, SsmFB, SsmBeta, FfnRoutedDown, FfnRoutedUp, FfnRoutedNorm, AttnQA, AttnQB, AttnKvAMqa, AttnKvB, AttnKB, AttnVB,
        AttnQANorm, AttnKvANorm, SsmG, AttnResScore, FfnResScore, OutputResScore,
    ]);

    private static readonly (string Part, TensorKind Kind)[] Residuals =
        [("self_attention_res", AttnResScore), ("mlp_res", FfnResScore), ("output_attn_res", OutputResScore)];

    private static readonly (string Part, TensorKind Kind)[] ExpertParts = [("w1", FfnGateExps), ("w2", FfnDownExps), ("w3", FfnUpExps)];

    private readonly ExpertStacks _experts;
    private readonly Dictionary<string, NamedTensor> _residualParts = new(StringComparer.Ordinal);
    private bool _isPacked;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public KimiK3(ArchitectureContext context)
        : base(Gguf, context) => _experts = Stacks("model.layers.{bid}.block_sparse_moe.experts.{xid}.{part}.weight", "w1", "w2", "w3");

    /// <inheritdoc/>
    public override bool IsMxfp4File => _isPacked;

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForKimiK3(VocabularySize, Config);

    /// <inheritdoc/>
    protected override ModelConfig KeyConfig => Config.With("num_key_value_heads", 1);

    private ModelConfig Linear
    {
        get
        {
            _ = Config.Require("linear_attn_config");
            return Config.Part("linear_attn_config");
        }
    }

    /// <inheritdoc/>
    public override string? Select(string name) =>
        name.StartsWith("vision_tower.", StringComparison.Ordinal) || name.StartsWith("mm_projector.", StringComparison.Ordinal) ? null : base.Select(name);

    /// <inheritdoc/>
    public override IReadOnlyList<NamedTensor>? RestoreOwn(WeightSet weights, QuantizationConfig quantization)
    {
        _isPacked = quantization.Method == "compressed-tensors" && quantization.Format == PackedFormat;
        if (!_isPacked)
        {
            return null;
        }

        var experts = Config.RequireInteger("num_experts");
        var layers = new SortedSet<long>();
        foreach (var name in weights.Tensors.Keys.Where(name => name.EndsWith(PackedEnd, StringComparison.Ordinal)))
        {
            layers.Add(name.Split('.') is ["model", "layers", var layer, "block_sparse_moe", "experts", _, "w1" or "w2" or "w3", _]
                ? long.Parse(layer, CultureInfo.InvariantCulture)
                : throw CheckpointException.NotSupported(
                    $"MXFP4 in the tensor '{name}', which is none of an expert", "Use a checkpoint whose experts alone are in MXFP4."));
        }

        List<NamedTensor> ready =
        [
            .. layers.SelectMany(layer => ExpertParts.Select(part => Mxfp4Experts.Stack(
                weights, part.Kind.NameOf(layer), $"model.layers.{layer}.block_sparse_moe.experts.{{xid}}.{part.Part}", PackedEnd, ".weight_scale", experts))),
        ];
        weights.Complete();
        return ready;
    }

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (Residuals.FirstOrDefault(residual => tensor.EndsWith($"{residual.Part}_norm.weight") || tensor.EndsWith($"{residual.Part}_proj.weight"))
            is { Part: not null } found)
        {
            return Residual(tensor, found.Kind.NameOf(found.Kind == OutputResScore ? null : block));
        }

        tensor = DeltaAttention.Convert(
            tensor, source => source.Sliced(0, 0, Math.Min(source.Shape[0], Config.RequireInteger("num_attention_heads"))).NegativeExponential());
        if (tensor.EndsWith(".self_attn.g_proj.weight") && block is { } layer)
        {
            return [tensor with { Name = (Linear.Integers("full_attn_layers").Contains(layer + 1) ? AttnGate : SsmG).NameOf(layer) }];
        }

        if (tensor.Contains(".block_sparse_moe.experts."))
        {
            return MapAll(_experts.Take(tensor, block, Config.RequireInteger("num_experts")));
        }

        return !tensor.EndsWith("kv_b_proj.weight") ? Map(tensor) : MapAll(
        [
            tensor.With(source => LatentAttention.Keys(source, Config)).Renamed("kv_b_proj", "k_b_proj"),
            tensor.With(source => LatentAttention.Values(source, Config)).Renamed("kv_b_proj", "v_b_proj"),
        ]);
    }

    /// <inheritdoc/>
    public override void Complete()
    {
        base.Complete();
        if (_residualParts.Count > 0)
        {
            throw new CheckpointException($"Cannot convert: the tensor '{_residualParts.Values.First().Name}' has no companion (norm or proj).");
        }
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("vocab_size", Config.Require("vocab_size"));
        var linear = Linear;
        _ = linear.Require("full_attn_layers");
        writer.Counts("attention.head_count_kv", DeltaAttention.KeyHeads(linear, LayerCount), "full_attn_layers");
        writer.Count("ssm.conv_kernel", linear.Require("short_conv_kernel_size"));
        writer.Count("kda.head_dim", linear.Require("head_dim"));
        writer.Real("kda.gate_lower_bound", linear.Find("gate_lower_bound"));
        writer.Count("attention.q_lora_rank", Config.Find("q_lora_rank"));
        Demand(Config.IsTrue("mla_use_nope"), "mla_use_nope", "true");

        var (rank, rotated) = (Config.RequireInteger("kv_lora_rank"), Config.RequireInteger("qk_rope_head_dim"));
        writer.Count("attention.kv_lora_rank", rank, "kv_lora_rank");
        writer.Count("rope.dimension_count", rotated, "qk_rope_head_dim");
        writer.Count("attention.key_length", rank + rotated, "kv_lora_rank");
        writer.Count("attention.value_length", rank, "kv_lora_rank");
        writer.Count("attention.key_length_mla", Config.RequireInteger("qk_nope_head_dim") + rotated, "qk_nope_head_dim");
        writer.Count("attention.value_length_mla", Config.Require("v_head_dim"));

        writer.Count("expert_feed_forward_length", Config.Require("moe_intermediate_size"));
        writer.Count("expert_shared_count", Config.Require("num_shared_experts"));
        writer.Count("leading_dense_block_count", Config.Require("first_k_dense_replace"));
        writer.Real("expert_weights_scale", Config.Require("routed_scaling_factor"));
        _ = Config.Require("moe_renormalize");
        writer.Flag("expert_weights_norm", Config.IsTrue("moe_renormalize"));
        Demand(Config.Require("moe_router_activation_func")?.Text == "sigmoid", "moe_router_activation_func", "sigmoid");
        writer.Count("expert_gating_func", (long)ExpertGating.Sigmoid);
        writer.Count("expert_latent_length", Config.Find("routed_expert_hidden_size"));
        Demand(Config.Require("hidden_act")?.Text == Activation, "hidden_act", Activation);
        writer.Real("activation.situ_beta", Config.Require("activation_situ_beta"));
        writer.Real("activation.situ_linear_beta", Config.Require("activation_situ_linear_beta"));
        writer.Count("attn_res.block_size", Config.Require("attn_res_block_size"));
    }

    private static void Demand(bool isMet, string key, string value)
    {
        if (!isMet)
        {
            throw CheckpointException.NotSupported($"a Kimi K3 whose '{key}' in config.json is not {value}", "llama.cpp has no such model.");
        }
    }

    /// <summary>A norm and the score behind it are used as their product alone, number by number.</summary>
    private IEnumerable<NamedTensor> Residual(NamedTensor tensor, string name)
    {
        if (!_residualParts.Remove(name, out var other))
        {
            _residualParts.Add(name, tensor);
            return [];
        }

        return [tensor.With(source => ProductTensor.Of(other.Source.Reshaped(-1), source.Reshaped(-1))) with { Name = name }];
    }
}
