using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>OLMoE: experts stacked; its epsilon is 1e-5 whatever config.json says.</summary>
[Family("OLMoE", "OlmoeForCausalLM", Special = "experts stacked")]
internal sealed class OlMoe : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("olmoe",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnGateInp, FfnUpExps, FfnGateExps,
        FfnDownExps, AttnQNorm, AttnKNorm,
    ]);

    private readonly ExpertStacks _experts;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public OlMoe(ArchitectureContext context)
        : base(Gguf, context) =>
        _experts = Stacks("model.layers.{bid}.mlp.experts.{xid}.{part}.weight", "down_proj", "gate_proj", "up_proj");

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => tensor.Contains("experts")
        ? MapAll(_experts.Take(tensor, block, Config.RequireInteger("num_local_experts", "num_experts")))
        : Map(tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Real("attention.layer_norm_rms_epsilon", 1e-5);
    }
}
