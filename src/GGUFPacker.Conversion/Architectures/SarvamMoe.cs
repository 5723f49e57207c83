using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Sarvam's mixtures of experts: Ling 2 whose heads are rotated as a whole, and whose experts' biases have the mean 0.</summary>
[Family("Sarvam MoE", "SarvamMoEForCausalLM", "modeling_sarvam_moe.SarvamMoEForCausalLM", Special = "as Ling 2; biases of experts centred")]
internal sealed class SarvamMoe(ArchitectureContext context) : BailingMoe2(context)
{
    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) =>
        base.Convert(tensor.EndsWith(".expert_bias.bias") ? tensor.With(source => CenteredVector.Of(source)) : tensor, block);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("rope.dimension_count", RopeHead.Dim(Config), "head_dim");
    }
}
