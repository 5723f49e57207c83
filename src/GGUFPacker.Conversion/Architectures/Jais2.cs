using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Jais 2.</summary>
[Family("Jais 2", "Jais2ForCausalLM")]
internal sealed class Jais2(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("jais2",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnUp, FfnDown,
    ]);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("rope.dimension_count", Config.Contains("head_dim") ? Config.RequireInteger("head_dim") : RopeHead.Shared(Config), "head_dim");
    }
}
