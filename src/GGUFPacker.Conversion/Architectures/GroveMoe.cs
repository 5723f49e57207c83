using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>GroveMoE: beside the experts, smaller ones that groups of them share.</summary>
[Family("GroveMoE", "GroveMoeForCausalLM", "modeling_grove_moe.GroveMoeForCausalLM", Special = "experts and shared experts of groups stacked")]
internal sealed class GroveMoe : ModelArchitecture
{
    /// <summary>The experts of a group; the model's code has it as a number.</summary>
    private const int ExpertsPerGroup = 2;

    private static readonly GgufArchitecture Gguf = new("grovemoe",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnGateInp, FfnUpExps, FfnUpChexps, FfnGateExps,
        FfnGateChexps, FfnDownExps, FfnDownChexps, AttnQNorm, AttnKNorm,
    ]);

    private readonly ExpertStacks _experts;
    private readonly ExpertStacks _groupExperts;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public GroveMoe(ArchitectureContext context)
        : base(Gguf, context)
    {
        _experts = Stacks("model.layers.{bid}.mlp.experts.{xid}.{part}.weight", "down_proj", "gate_proj", "up_proj");
        _groupExperts = Stacks("model.layers.{bid}.mlp.chunk_experts.{xid}.{part}.weight", "down_proj", "gate_proj", "up_proj");
    }

    private long ExpertCount => Config.RequireInteger("num_local_experts", "num_experts");

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) =>
        tensor.EndsWith(".expert_bias") ? []
        : tensor.Contains("chunk_experts") ? MapAll(_groupExperts.Take(tensor, block, ExpertCount / ExpertsPerGroup))
        : tensor.Contains("experts") ? MapAll(_experts.Take(tensor, block, ExpertCount))
        : Map(tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("expert_feed_forward_length", Config.Find("moe_intermediate_size"));
        writer.Count("expert_chunk_feed_forward_length", Config.IntegerOr(128, "head_dim"), "head_dim");
        writer.Count("experts_per_group", ExpertsPerGroup);
        writer.Real("expert_group_scale", 0.05);
    }
}
