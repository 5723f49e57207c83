using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Phi-3.5-MoE: Phi-3 with experts, stacked.</summary>
[Family("Phi-3.5-MoE", "PhiMoEForCausalLM", Special = "as Phi-3; experts stacked")]
internal sealed class PhiMoe : Phi3
{
    private static readonly GgufArchitecture Gguf = new("phimoe",
    [
        TokenEmbd, Output, OutputNorm, RopeFactorsLong, RopeFactorsShort, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnGateInp,
        FfnUpExps, FfnGateExps, FfnDownExps,
    ]);

    private readonly ExpertStacks _experts;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public PhiMoe(ArchitectureContext context)
        : base(Gguf, context) => _experts = Stacks("model.layers.{bid}.block_sparse_moe.experts.{xid}.{part}.weight", "w1", "w2", "w3");

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => tensor.Contains("block_sparse_moe.experts")
        ? MapAll(_experts.Take(tensor, block, Config.RequireInteger("num_local_experts", "num_experts")))
        : base.Convert(tensor, block);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("expert_used_count", Config.Require("num_experts_per_tok", "num_experts_per_token"));
        writer.Count("expert_count", Config.Require("num_local_experts", "num_experts"));
    }
}
