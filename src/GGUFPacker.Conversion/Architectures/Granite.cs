using GGUFPacker.Conversion.Checkpoints;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Granite 3, dense: Llama with scales for embeddings, attention, residuals and logits. A head_dim of config.json is not used.</summary>
[Family("Granite", "GraniteForCausalLM", Special = "as Llama; scales")]
internal class Granite : Llama
{
    private static readonly GgufArchitecture Gguf = new("granite",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnUp, FfnGate, FfnDown,
    ]);

    private static readonly string[] VisionParts = ["image_", "layerwise_projectors", "spatial_projectors"];

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Granite(ArchitectureContext context)
        : this(Gguf, context)
    {
    }

    /// <summary>Creates the converter of a checkpoint of a relative.</summary>
    protected Granite(GgufArchitecture definition, ArchitectureContext context)
        : base(definition, context)
    {
    }

    /// <inheritdoc/>
    protected override ModelConfig KeyConfig => Config.Without("head_dim");

    /// <inheritdoc/>
    public override string? Select(string name) =>
        name.StartsWith("encoder.", StringComparison.Ordinal) || VisionParts.Any(part => name.Contains(part, StringComparison.Ordinal))
            ? null
            : base.Select(name);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        WriteScale("attention.scale", "attention_multiplier");
        WriteScale("embedding_scale", "embedding_multiplier");
        WriteScale("residual_scale", "residual_multiplier");
        WriteScale("logit_scale", "logits_scaling");

        void WriteScale(string key, string name)
        {
            if (Config.IsTrue(name))
            {
                writer.Real(key, Config.Find(name));
            }
        }
    }
}
