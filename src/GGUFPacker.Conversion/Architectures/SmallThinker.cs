using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>SmallThinker: experts that are chosen before attention; softmax or sigmoid.</summary>
[Family("SmallThinker", "SmallThinkerForCausalLM", Special = "experts stacked")]
internal sealed class SmallThinker : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("smallthinker",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnGateInp, FfnUp, FfnUpExps, FfnGate,
        FfnGateExps, FfnDown, FfnDownExps,
    ]);

    private readonly ExpertStacks _experts;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public SmallThinker(ArchitectureContext context)
        : base(Gguf, context) =>
        _experts = Stacks("model.layers.{bid}.block_sparse_moe.experts.{xid}.{part}.weight", "down", "gate", "up");

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => tensor.Contains("experts")
        ? MapAll(_experts.Take(
            tensor, block, Config.IsTrue("moe_num_primary_experts")
                ? Config.RequireInteger("moe_num_primary_experts")
                : Config.RequireInteger("num_local_experts", "num_experts")))
        : Map(tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("expert_count", Config.Find("moe_num_primary_experts"));
        writer.Count("expert_used_count", Config.Find("moe_num_active_primary_experts"));
        writer.Count("expert_feed_forward_length", Config.Find("moe_ffn_hidden_size"));
        writer.Count("feed_forward_length", Config.Find("moe_ffn_hidden_size"));
        var gating = Config.IsTrue("moe_primary_router_apply_softmax") ? ExpertGating.Softmax : ExpertGating.Sigmoid;
        writer.Count("expert_gating_func", (long)gating);
        if (Config.IsTrue("sliding_window_layout") && Config.Integers("sliding_window_layout").Any(layer => layer != 0) && Config.IsTrue("sliding_window_size"))
        {
            writer.Count("attention.sliding_window", Config.Find("sliding_window_size"));
        }
    }
}
