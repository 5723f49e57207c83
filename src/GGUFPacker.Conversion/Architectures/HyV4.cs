using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Gguf.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// Tencent Hy4: latent attention with gates and sinks, an indexer of its own in some layers, hyper-connections, experts stacked already. Layers that predict
/// further tokens are left out.
/// </summary>
[Family("Tencent Hy4", "HYV4ForCausalLM", Special = "as DeepSeek V3; stacked experts split into gate and up, hyper-connections in F32")]
internal sealed class HyV4(ArchitectureContext context) : Deepseek2(Gguf, WithLeadingDense(context))
{
    private const string IndexerPart = ".self_attn.indexer.";

    private static readonly GgufArchitecture Gguf = new("hy_v4",
    [
        TokenEmbd, Output, OutputNorm, RopeFreqs, AttnNorm, AttnOutput, AttnSinks, AttnGate, FfnNorm, FfnGateInp, ExpProbsB, FfnUp, FfnUpExps,
        FfnUpShexp, FfnGate, FfnGateExps, FfnGateShexp, FfnDown, FfnDownExps, FfnDownShexp, AttnQA, AttnQB, AttnKvAMqa, AttnKB, AttnVB, AttnQANorm,
        AttnKvANorm, IndexerKNorm, IndexerProj, IndexerAttnK, IndexerAttnQB, HcAttnFn, HcAttnBase, HcAttnScale, HcFfnFn, HcFfnBase, HcFfnScale,
        HcHeadFn, HcHeadBase, HcHeadScale,
    ]);

    private static readonly string[] IndexerTensors = ["k_norm.bias", "k_norm.weight", "weights_proj.weight", "wk.weight", "wq_b.weight"];

    private static readonly string[] HyperConnections = ["hc_attn_fn.weight", "hc_ffn_fn.weight", "output_hc_fn.weight"];

    private static readonly string[] SparseTypes = ["sparse_attention", "deepseek_sparse_attention"];

    private static readonly string[] Nameless = [".hc_fn", ".hc_base", ".hc_scale", ".hc_head_fn", ".hc_head_base", ".hc_head_scale"];

    /// <inheritdoc/>
    protected override bool StacksExperts => false;

    /// <inheritdoc/>
    protected override ModelConfig KeyConfig => Config.Integer("n_group") == 1 && Config.Integer("topk_group") == 1
        ? base.KeyConfig.Without("n_group", "topk_group")
        : base.KeyConfig;

    /// <inheritdoc/>
    public override string? Select(string name) => name.StartsWith("model.mtp_layers.", StringComparison.Ordinal) ? null : base.Select(name);

    /// <inheritdoc/>
    public override TensorType? ForcedType(string name, string ggufName, int dimensions) =>
        HyperConnections.Any(end => ggufName.EndsWith(end, StringComparison.Ordinal)) || (ggufName == "output.weight" && Config.IsTrue("enable_lm_head_fp32"))
            ? TensorType.F32
            : base.ForcedType(name, ggufName, dimensions);

    /// <inheritdoc/>
    public override void Prepare(IReadOnlyCollection<string> names)
    {
        base.Prepare(names);
        foreach (var (layer, hasIndexer) in (HasIndexer() ?? []).Index())
        {
            var prefix = $"model.layers.{layer}{IndexerPart}";
            var found = names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
                .Select(name => name[prefix.Length..])
                .Order(StringComparer.Ordinal);
            if (!found.SequenceEqual(hasIndexer ? IndexerTensors : []))
            {
                throw new CheckpointException(
                    $"Cannot convert: by 'indexer_types' of config.json layer {layer} {(hasIndexer ? "must have" : "has")} no more and no less than"
                    + $" {(hasIndexer ? IndexerTensors.Length : 0)} tensors of an indexer.");
            }
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (tensor.EndsWith("mlp.experts.gate_up_proj"))
        {
            var size = Config.RequireInteger("moe_intermediate_size");
            return MapAll(
            [
                tensor.With(source => source.Split(1, size, size)[0]) with { Name = FfnGateExps.NameOf(block) },
                tensor.With(source => source.Split(1, size, size)[1]) with { Name = FfnUpExps.NameOf(block) },
            ]);
        }

        var isNameless = tensor.EndsWith("mlp.experts.down_proj") || tensor.EndsWith(".self_attn.learnable_sink_param") || Nameless.Any(tensor.EndsWith);
        return base.Convert(isNameless ? tensor with { Name = tensor.Name + ".weight" } : tensor, block);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("expert_gating_func", (long)ExpertGating.Sigmoid);
        if (Config.Number("swiglu_limit") is > 0 and var limit)
        {
            writer.Reals("swiglu_clamp_exp", Enumerable.Repeat((float)limit, checked((int)BlockCount)));
        }

        writer.Count("hyper_connection.count", Config.Require("hc_mult"));
        writer.Real("hyper_connection.epsilon", Config.Require("hc_eps"));
        writer.Real("hyper_connection.magnitude", Config.Require("hc_magnitude"));
        if (HasIndexer() is { } hasIndexer)
        {
            writer.Count("attention.indexer.head_count", Config.Require("index_n_heads"));
            writer.Count("attention.indexer.key_length", Config.Require("index_head_dim"));
            writer.Count("attention.indexer.top_k", Config.Require("index_topk"));
            writer.Flags("attention.indexer.types", hasIndexer);
        }
    }

    /// <summary>Dense layers come first; their number stands in one key or follows from another. Keys and values are those of all heads.</summary>
    private static ArchitectureContext WithLeadingDense(ArchitectureContext context)
    {
        var config = context.Config.WithRenamed("num_attention_heads", "num_key_value_heads");
        var stated = config.Integer("first_k_dense_replace");
        if (config["mlp_layer_types"] is not null)
        {
            var types = config.Texts("mlp_layer_types");
            var leading = types.TakeWhile(type => type == "dense").Count();
            if (types.Skip(leading).Contains("dense") || (stated is { } number && number != leading))
            {
                throw new CheckpointException(
                    "Cannot convert: 'mlp_layer_types' of config.json must begin with all dense layers, as many as 'first_k_dense_replace'.");
            }

            stated = leading;
        }

        return context with
        {
            Config = config.With(
                "first_k_dense_replace",
                stated ?? throw new CheckpointException("Cannot convert: config.json has neither 'first_k_dense_replace' nor 'mlp_layer_types'.")),
        };
    }

    /// <summary>By layer: whether it has an indexer of its own; null for a model without sparse attention.</summary>
    private IReadOnlyList<bool>? HasIndexer()
    {
        var key = Config["indexer_types"] is null ? "layer_types" : "indexer_types";
        var types = Config[key] is null ? [] : Config.Texts(key);
        if (key == "layer_types" && !types.Any(SparseTypes.Contains))
        {
            return null;
        }

        _ = (Config.Require("index_n_heads"), Config.Require("index_head_dim"), Config.Require("index_topk"));
        if (types.Count < LayerCount)
        {
            throw new CheckpointException($"Cannot convert: '{key}' of config.json has {types.Count} entries for {LayerCount} layers.");
        }

        var own = types.Take((int)LayerCount).ToList();
        if (key == "layer_types")
        {
            return [.. own.Select(SparseTypes.Contains)];
        }

        return own.All(type => type is "full" or "shared") && own is not ["shared", ..]
            ? [.. own.Select(type => type == "full")]
            : throw new CheckpointException("Cannot convert: 'indexer_types' of config.json must be full or shared for each layer, and full for the first.");
    }
}
