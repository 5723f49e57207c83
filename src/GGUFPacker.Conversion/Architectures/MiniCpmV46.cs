namespace GGUFPacker.Conversion.Architectures;

/// <summary>The text part of MiniCPM-V 4.6: Qwen3.5 without the layers that predict further tokens.</summary>
[Family("MiniCPM-V 4.6", "MiniCPMV4_6ForConditionalGeneration", ExportsTokenPrediction = true, Special = "text part only; as Qwen3.5")]
internal sealed class MiniCpmV46(ArchitectureContext context) : Qwen35(context)
{
    /// <inheritdoc/>
    public override string? Select(string name) =>
        name.StartsWith("model.merger.", StringComparison.Ordinal) || name.StartsWith("mtp", StringComparison.Ordinal) ? null : base.Select(name);
}
