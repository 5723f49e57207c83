using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>EXAONE 3 and 3.5.</summary>
[Family("EXAONE 3", "ExaoneForCausalLM", Special = "llama3 rope factors")]
internal sealed class Exaone(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("exaone",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnRotEmbd, FfnNorm, FfnUp, FfnGate, FfnDown,
        RopeFreqs,
    ]);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> GenerateTensors() => Llama3RopeFactors.Of(Rope.Full, () => RopeHead.Dim(Config)) is { } factors
        ? [new NamedTensor(RopeFreqs.NameOf(null), new ConstantTensor(factors))]
        : [];

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        if (Config.Require("activation_function")?.Text != "silu")
        {
            throw new CheckpointException("Cannot convert: 'activation_function' of config.json must be 'silu' for EXAONE.");
        }

        var shared = RopeHead.Dim(Config.Without("head_dim"));
        writer.Count("rope.dimension_count", (long)((Rope.Outer.Number("partial_rotary_factor") ?? 1) * shared), "partial_rotary_factor");
    }
}
