using GGUFPacker.Conversion.Checkpoints;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>K-EXAONE: a mixture of experts; layers that predict further tokens come behind the others.</summary>
[Family("EXAONE MoE", "ExaoneMoEForCausalLM", "ExaoneMoeForCausalLM", Special = "as EXAONE 4; experts stacked, prediction layers kept")]
internal sealed class ExaoneMoe : Exaone4
{
    private static readonly GgufArchitecture Gguf = new("exaone-moe",
    [
        TokenEmbd, Output, OutputNorm, RopeFreqs, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnGateInp, ExpProbsB, FfnUp,
        FfnUpExps, FfnUpShexp, FfnGate, FfnGateExps, FfnGateShexp, FfnDown, FfnDownExps, FfnDownShexp, AttnQNorm, AttnKNorm, NextnEhProj,
        NextnEmbedTokens, NextnEnorm, NextnHnorm, NextnSharedHeadHead, NextnSharedHeadNorm,
    ]);

    private readonly ExpertStacks _experts;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public ExaoneMoe(ArchitectureContext context)
        : base(Gguf, context) =>
        _experts = Stacks("model.layers.{bid}.mlp.experts.{xid}.{part}.weight", "down_proj", "gate_proj", "up_proj");

    /// <inheritdoc/>
    protected override long BlockCount => LayerCount + PredictionCount;

    private long PredictionCount => Config.Contains("num_nextn_predict_layers") ? Config.RequireInteger("num_nextn_predict_layers") : 0;

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (tensor.Name.StartsWith("mtp.", StringComparison.Ordinal))
        {
            if (!tensor.Contains("layers."))
            {
                return Enumerable.Range(0, checked((int)PredictionCount))
                    .SelectMany(number => Map(tensor with { Name = Shared(tensor.Name, LayerCount + number) }));
            }

            tensor = tensor.Renamed($"mtp.layers.{block}", $"model.layers.{block + LayerCount}");
            block += LayerCount;
        }

        return tensor.Contains("mlp.experts") ? MapAll(_experts.Take(tensor, block, Config.RequireInteger("num_local_experts", "num_experts"))) : Map(tensor);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        var (size, shared) = (Config.RequireInteger("moe_intermediate_size"), Config.RequireInteger("num_shared_experts"));
        writer.Count("expert_feed_forward_length", size, "moe_intermediate_size");
        writer.Count("expert_shared_count", shared, "num_shared_experts");
        writer.Count("expert_shared_feed_forward_length", checked(size * shared), "moe_intermediate_size");
        writer.Real("expert_weights_scale", Config.Require("routed_scaling_factor"));
        _ = Config.Require("norm_topk_prob");
        writer.Flag("expert_weights_norm", Config.IsTrue("norm_topk_prob"));
        writer.Count("leading_dense_block_count", Config.Find("first_k_dense_replace", "first_last_k_dense_replace")?.Integer ?? 0, "first_k_dense_replace");
        writer.Count("nextn_predict_layers", PredictionCount);
        writer.Text("rope.scaling.type", "none");
    }

    private static string Shared(string name, long block)
    {
        var (stem, suffix) = (name[..name.LastIndexOf('.')], name[name.LastIndexOf('.')..]);
        return $"model.layers.{block}." + stem switch
        {
            "mtp.fc" => "eh_proj",
            "mtp.pre_fc_norm_embedding" => "enorm",
            "mtp.pre_fc_norm_hidden" => "hnorm",
            "mtp.norm" => "shared_head.norm",
            _ => throw new CheckpointException($"Cannot convert the tensor '{name}': it is none of the layers that predict further tokens."),
        } + suffix;
    }
}
