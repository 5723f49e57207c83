using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Granite 3 with experts, whose gates and ways up are one tensor, stacked already; perhaps with a shared expert.</summary>
[Family("Granite MoE", "GraniteMoeForCausalLM", "GraniteMoeSharedForCausalLM", Special = "as Granite; stacked experts split into gate and up")]
internal class GraniteMoe : Granite
{
    private static readonly GgufArchitecture Gguf = new("granitemoe",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnGateInp, FfnUpExps, FfnUpShexp,
        FfnGateExps, FfnGateShexp, FfnDownExps, FfnDownShexp,
    ]);

    /// <summary>Creates the converter of a checkpoint.</summary>
    public GraniteMoe(ArchitectureContext context)
        : this(Gguf, context)
    {
    }

    /// <summary>Creates the converter of a checkpoint of a relative.</summary>
    protected GraniteMoe(GgufArchitecture definition, ArchitectureContext context)
        : base(definition, context)
    {
    }

    private bool HasExperts => Config.IsTrue("num_local_experts");

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (tensor.EndsWith("block_sparse_moe.input_linear.weight"))
        {
            return Halves(tensor, block, "intermediate_size", FfnGateExps, FfnUpExps);
        }

        if (tensor.EndsWith("shared_mlp.input_linear.weight"))
        {
            return HasExperts
                ? Halves(tensor, block, "shared_intermediate_size", FfnGateShexp, FfnUpShexp)
                : Halves(tensor, block, "shared_intermediate_size", FfnGate, FfnUp);
        }

        return !HasExperts && tensor.EndsWith("shared_mlp.output_linear.weight")
            ? Map(tensor with { Name = FfnDown.NameOf(block) })
            : base.Convert(tensor, block);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        if (Config.IsTrue("shared_intermediate_size"))
        {
            writer.Count("expert_shared_feed_forward_length", Config.Find("shared_intermediate_size"));
        }
    }

    private IEnumerable<NamedTensor> Halves(NamedTensor tensor, long? block, string sizeKey, TensorKind gate, TensorKind up)
    {
        var size = Config.RequireInteger(sizeKey);
        return MapAll(
        [
            tensor.With(source => source.Split(-2, size, size)[0]) with { Name = gate.NameOf(block) },
            tensor.With(source => source.Split(-2, size, size)[1]) with { Name = up.NameOf(block) },
        ]);
    }
}
