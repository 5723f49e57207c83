using GGUFPacker.Conversion.Checkpoints;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Granite with a sliding window in some layers, attention sinks, and layers without rotary embedding.</summary>
[Family("Granite with sliding window", "GraniteSWAForCausalLM", Special = "as Granite; sliding window and rope by layer")]
internal class GraniteSwa(ArchitectureContext context) : Granite(Gguf, context)
{
    private const int UsualWindow = 128;
    private const int UsualPeriod = 4;

    private static readonly GgufArchitecture Gguf = new("granite_swa",
    [
        TokenEmbd, Output, OutputNorm, RopeFreqs, AttnNorm, AttnQ, AttnK, AttnV, AttnOutput, AttnSinks, FfnNorm, FfnGateInp, FfnUp, FfnUpExps,
        FfnUpShexp, FfnGate, FfnGateExps, FfnGateUpExps, FfnDown, FfnDownExps, FfnDownShexp,
    ]);

    /// <inheritdoc/>
    public override string? Select(string name) => base.Select(name.EndsWith("sinks", StringComparison.Ordinal) ? name + ".weight" : name);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("attention.sliding_window", Config.Integer("sliding_window") ?? UsualWindow, "sliding_window");
        writer.Flags("attention.sliding_window_pattern", Config.IsTrue("layer_types")
            ? Config.Texts("layer_types").Select(type => type == "sliding_attention")
            : Enumerable.Range(0, checked((int)BlockCount)).Select(layer => layer % UsualPeriod != 0));
        writer.Flags("attention.rope_pattern", Config.Integers("no_rope_layers").Select(hasRope => hasRope != 0));
    }
}
