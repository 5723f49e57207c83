using GGUFPacker.Conversion.Checkpoints;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Tencent Hy3: a mixture of experts with shared ones; layers that predict further tokens come behind the others.</summary>
[Family("Tencent Hy3", "HYV3ForCausalLM", ExportsTokenPrediction = true, Special = "experts stacked, prediction layers kept")]
internal sealed class HyV3 : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("hy_v3",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnGateInp, ExpProbsB, FfnUp, FfnUpExps, FfnUpShexp,
        FfnGate, FfnGateExps, FfnGateShexp, FfnDown, FfnDownExps, FfnDownShexp, AttnQNorm, AttnKNorm, NextnEhProj, NextnEmbedTokens, NextnEnorm,
        NextnHnorm, NextnSharedHeadHead, NextnSharedHeadNorm,
    ]);

    private readonly ExpertStacks _experts;
    private readonly AppendedPrediction _prediction;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public HyV3(ArchitectureContext context)
        : base(Gguf, context)
    {
        _experts = Stacks("model.layers.{bid}.mlp.experts.{xid}.{part}.weight", "down_proj", "gate_proj", "up_proj");
        _prediction = new AppendedPrediction(context.Options.TokenPrediction, LayerCount);
    }

    /// <inheritdoc/>
    protected override long BlockCount => LayerCount + PredictionCount;

    private long PredictionCount =>
        Context.Options.TokenPrediction == TokenPrediction.Excluded ? 0 : Config.IntegerOr(0, "num_nextn_predict_layers");

    /// <inheritdoc/>
    public override string? Select(string name) => base.Select(name) is not { } selected ? null
        : _prediction.IsBehind(selected) ? _prediction.Select(selected)?.Replace(".final_layernorm.", ".shared_head.norm.", StringComparison.Ordinal)
        : _prediction.Select(selected);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) =>
        tensor.Name.StartsWith("model.layers.", StringComparison.Ordinal) && tensor.Contains(".mlp.experts.")
            ? MapAll(_experts.Take(tensor, block, Config.RequireInteger("num_local_experts", "num_experts")))
            : Map(tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        var size = Config.RequireInteger("moe_intermediate_size");
        writer.Count("expert_feed_forward_length", size, "moe_intermediate_size");
        writer.Count("expert_shared_feed_forward_length", checked(size * (Config.Integer("num_shared_experts") ?? 1)), "num_shared_experts");
        writer.Flag("expert_weights_norm", !Config.Contains("route_norm") || Config.IsTrue("route_norm"));
        writer.Real("expert_weights_scale", Config.Number("router_scaling_factor") ?? 1);
        writer.Count("expert_gating_func", (long)ExpertGating.Sigmoid);
        if (PredictionCount > 0)
        {
            writer.Count("nextn_predict_layers", PredictionCount, "num_nextn_predict_layers");
        }
    }
}
