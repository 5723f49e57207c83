using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.QuantizedSources;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using GGUFPacker.Gguf.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// DeepSeek V4, in DeepSeek's own names: hyper-connections, compressed attention, layers whose experts follow from the token. The experts stay in MXFP4, FP8
/// becomes Q8_0, and other weights keep their type. Layers that predict further tokens are left out unless they are asked for alone.
/// </summary>
[Family("DeepSeek V4", "DeepseekV4ForCausalLM", ExportsTokenPrediction = true,
    Special = "MXFP4 experts kept, FP8 to Q8_0 in blocks of 128, other types kept, prediction layers left out; `--mtp`, `--dspark`")]
internal class DeepseekV4 : ModelArchitecture
{
    private const long ScaleBlock = 128;
    private const string ScaleSuffix = ".scale";

    private static readonly GgufArchitecture Gguf = new("deepseek4",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnSinks, FfnNorm, FfnGateInp, ExpProbsB, FfnUpExps, FfnUpShexp, FfnGateExps, FfnGateShexp,
        FfnDownExps, FfnDownShexp, AttnQA, AttnQB, AttnQANorm, IndexerProj, IndexerAttnQB, HcAttnFn, HcAttnBase, HcAttnScale, HcFfnFn, HcFfnBase,
        HcFfnScale, HcHeadFn, HcHeadBase, HcHeadScale, NextnEhProj, NextnEmbedTokens, NextnEnorm, NextnHnorm, NextnSharedHeadHead,
        NextnSharedHeadNorm, FfnExpProbsBVl, FfnGateTokenExperts, AttnKv, AttnKvNorm, AttnOutA, AttnOutB, AttnCompressorWkv, AttnCompressorWgate,
        AttnCompressorApe, AttnCompressorNorm, IndexerCompressorWkv, IndexerCompressorWgate, IndexerCompressorApe, IndexerCompressorNorm,
    ]);

    private readonly HashSet<string> _float8 = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ElementType> _types = new(StringComparer.Ordinal);
    private readonly List<NamedTensor> _generated = [];

    /// <summary>Creates the converter of a checkpoint.</summary>
    public DeepseekV4(ArchitectureContext context)
        : this(Gguf, context)
    {
    }

    /// <summary>Creates the converter of a checkpoint of a relative.</summary>
    protected DeepseekV4(GgufArchitecture definition, ArchitectureContext context)
        : base(definition, WithRopeScaling(context))
    {
    }

    /// <inheritdoc/>
    public override bool NamesPrediction => true;

    /// <inheritdoc/>
    public override bool IsMxfp4File => true;

    /// <inheritdoc/>
    protected override long BlockCount => LayerCount + (IsPredictionAlone ? PredictionCount : 0);

    /// <summary>The layers, from the first one, whose experts follow from the token.</summary>
    protected virtual long HashLayers => Config.RequireInteger("num_hash_layers");

    /// <summary>By layer: how many positions are compressed into one.</summary>
    protected virtual IEnumerable<long> CompressRatios => Config.Require("compress_ratios") is null ? [] : Config.Integers("compress_ratios");

    private bool IsPredictionAlone => Context.Options.TokenPrediction == TokenPrediction.Only;

    private long PredictionCount => Config.Integer("num_nextn_predict_layers") ?? 0;

    /// <inheritdoc/>
    public override string? Select(string name)
    {
        if (name.StartsWith("aligner.", StringComparison.Ordinal) || name.StartsWith("image_", StringComparison.Ordinal))
        {
            return null;
        }

        if (name.StartsWith("mtp.", StringComparison.Ordinal))
        {
            return IsPredictionAlone ? DeepseekV4Names.OfPrediction(name, LayerCount, PredictionCount) : null;
        }

        return IsPredictionAlone && name is not ("embed.weight" or "norm.weight" or "head.weight" or "head.scale") ? null : base.Select(name);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<NamedTensor> RestoreOwn(WeightSet weights, QuantizationConfig quantization)
    {
        foreach (var (name, tensor) in weights.Tensors)
        {
            _types[name] = tensor.Type;
        }

        RestoreFloat8(weights);
        var ready = new List<NamedTensor>();
        if (!IsPredictionAlone)
        {
            for (var layer = 0L; layer < HashLayers; layer++)
            {
                var name = $"layers.{layer}.ffn.gate.tid2eid";
                ready.Add(new NamedTensor(name, weights.Take(name)).With(IntegerTable.Of) with { Name = FfnGateTokenExperts.NameOf(layer) });
            }
        }

        var experts = Config.RequireInteger("n_routed_experts");
        for (var layer = IsPredictionAlone ? LayerCount : 0; layer < BlockCount; layer++)
        {
            foreach (var (part, kind) in new[] { ("w1", FfnGateExps), ("w2", FfnDownExps), ("w3", FfnUpExps) })
            {
                ready.Add(Mxfp4Experts.Stack(weights, kind.NameOf(layer), $"layers.{layer}.ffn.experts.{{xid}}.{part}", ".weight", ScaleSuffix, experts));
            }
        }

        for (var layer = LayerCount; layer < BlockCount; layer++)
        {
            string embedding = $"layers.{layer}.nextn.e_proj.weight", hidden = $"layers.{layer}.nextn.h_proj.weight";
            if (weights.Find(embedding) is not null || weights.Find(hidden) is not null)
            {
                var parts = new[] { weights.Take(embedding), weights.Take(hidden) };
                _generated.Add(new NamedTensor($"layers.{layer}.nextn.eh_proj.weight", parts[0]).With(_ => Concatenation.Join(parts, 1)));
            }
        }

        weights.Complete();
        return ready;
    }

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> GenerateTensors() => _generated;

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        // Layers whose experts follow from the token have no use for the bias, nor others for the table; experts of layers that are not there are left out.
        if ((tensor.EndsWith(".ffn.gate.bias") && block < HashLayers) || tensor.EndsWith(".ffn.gate.tid2eid") || tensor.Contains(".ffn.experts."))
        {
            return [];
        }

        return DeepseekV4Names.Find(tensor.Name) is var (kind, suffix)
            ? [tensor with { Name = kind.NameOf(block, suffix) }]
            : throw new CheckpointException($"Cannot convert the tensor '{tensor.Name}': the architecture {HuggingFaceName} has none of this name.");
    }

    /// <inheritdoc/>
    public override TensorType? ForcedType(string name, string ggufName, int dimensions) =>
        _float8.Contains(name) || ggufName.EndsWith(".nextn.eh_proj.weight", StringComparison.Ordinal) ? TensorType.Q8_0
        : _types.GetValueOrDefault(name) switch
        {
            ElementType.F32 => TensorType.F32,
            ElementType.BF16 => TensorType.BF16,
            _ => null,
        };

    /// <inheritdoc/>
    public override void WriteEarlyParameters(ParameterWriter writer) => writer.GlobalText(
        "tokenizer.chat_template",
        BuiltInChatTemplates.Read(
            Context.Files.Name.Contains("0731", StringComparison.Ordinal) ? BuiltInChatTemplates.DeepseekV4Flash : BuiltInChatTemplates.DeepseekV4));

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("rope.dimension_count", Config.Require("qk_rope_head_dim"));
        writer.Count("attention.q_lora_rank", Config.Require("q_lora_rank"));
        writer.Count("attention.sliding_window", Config.Require("sliding_window"));
        writer.Count("expert_feed_forward_length", Config.Require("moe_intermediate_size"));
        writer.Count("expert_shared_count", Config.Require("n_shared_experts"));
        writer.Real("expert_weights_scale", Config.Require("routed_scaling_factor"));
        _ = Config.Require("norm_topk_prob");
        writer.Flag("expert_weights_norm", Config.IsTrue("norm_topk_prob"));
        WriteLimit(writer, "swiglu_clamp_exp");
        WriteLimit(writer, "swiglu_clamp_shexp");
        writer.Count("attention.indexer.head_count", Config.Require("index_n_heads"));
        writer.Count("attention.indexer.key_length", Config.Require("index_head_dim"));
        writer.Count("attention.indexer.top_k", Config.Require("index_topk"));
        writer.Count("attention.output_group_count", Config.Require("o_groups"));
        writer.Count("attention.output_lora_rank", Config.Require("o_lora_rank"));
        writer.Counts("attention.compress_ratios", CompressRatios, "compress_ratios");
        writer.Real("attention.compress_rope_freq_base", Config.Require("compress_rope_theta"));
        writer.Count("hyper_connection.count", Config.Require("hc_mult"));
        writer.Count("hyper_connection.sinkhorn_iterations", Config.Require("hc_sinkhorn_iters"));
        writer.Real("hyper_connection.epsilon", Config.Require("hc_eps"));
        writer.Count("hash_layer_count", HashLayers, "num_hash_layers");
        if (Definition == Gguf)
        {
            writer.Count("embedding_length_out", checked(Config.RequireInteger("hidden_size") * Config.RequireInteger("hc_mult")), "hc_mult");
        }

        if (IsPredictionAlone && PredictionCount > 0)
        {
            writer.Count("nextn_predict_layers", PredictionCount, "num_nextn_predict_layers");
        }
    }

    /// <summary>transformers 5 keeps two rotary embeddings apart; the scaling then stands where it stood before.</summary>
    private static ArchitectureContext WithRopeScaling(ArchitectureContext context)
    {
        var config = context.Config;
        var (parameters, scaling) = (config.Part("rope_parameters"), config.Part("rope_scaling"));
        var full = parameters.Contains("full_attention") ? parameters.Part("full_attention") : parameters;
        if (!config.Contains("rope_parameters") || config["rope_scaling"] is null || full["rope_type"] is not null || full["type"] is not null)
        {
            return context;
        }

        var type = scaling["rope_type"] ?? scaling["type"];
        var merged = parameters.With(scaling.Values).With(type is { } text ? [new("rope_type", text)] : []);
        return context with { Config = config.With([new("rope_parameters", JsonElements.Of(merged.Values))]) };
    }

    /// <summary>One limit for all layers, as a whole number if config.json has it so.</summary>
    private void WriteLimit(ParameterWriter writer, string key)
    {
        if (Config.Require("swiglu_limit") is { } limit)
        {
            writer.Numbers(key, limit with { Element = JsonElements.Repeat(limit.Element, checked((int)BlockCount)) });
        }
    }

    private void RestoreFloat8(WeightSet weights)
    {
        var recent = new RecentValues<float[]>(Math.Max(4, Environment.ProcessorCount));
        foreach (var stem in weights.StemsOf(ScaleSuffix))
        {
            var name = $"{stem}.weight";
            if (weights.Find(name)?.Type is ElementType.F8_E4M3 or ElementType.F8_E5M2)
            {
                var scale = weights.Take(stem + ScaleSuffix);
                weights.Replace(
                    name,
                    weight => ScaledTensor.Of(
                        weight, scale.Type == ElementType.U8 ? scale.AsType(ElementType.F8_E8M0) : scale, [ScaleBlock, ScaleBlock], recent));
                _float8.Add(name);
            }
        }

        weights.Complete();
    }
}
