using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Nanbeige 4.2: Llama whose layers are gone through several times.</summary>
[Family("Nanbeige", "NanbeigeForCausalLM", Special = "as Llama; loops")]
internal sealed class Nanbeige(ArchitectureContext context) : Llama(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("nanbeige",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQ, AttnK, AttnV, AttnOutput, AttnRotEmbd, FfnNorm, FfnUp, FfnGate, FfnDown, RopeFreqs,
    ]);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("num_loops", Math.Max(Config.Integer("num_loops") ?? 1, 1), "num_loops");
        writer.Flag("skip_loop_final_norm", Config.IsTrue("skip_loop_final_norm"));
    }
}
