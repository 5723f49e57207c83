using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>NeoBERT: an encoder with rotary embedding and gated layers.</summary>
[Family("NeoBERT", "NeoBERT", "NeoBERTLMHead", "NeoBERTForSequenceClassification", Special = "as BERT; decoder left out")]
internal sealed class NeoBert(ArchitectureContext context) : Bert(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("neo-bert",
    [
        TokenEmbd, AttnNorm, AttnQkv, AttnOutput, FfnNorm, FfnUp, FfnDown, EncOutputNorm, Cls, ClsOutput,
    ]);

    /// <inheritdoc/>
    public override string? Select(string name) =>
        name.StartsWith("decoder.", StringComparison.Ordinal) ? null : base.Select(Without(name, "model."));

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("feed_forward_length", (long)(2 * Config.RequireInteger("intermediate_size") / 3.0), "intermediate_size");
        writer.Real("rope.freq_base", 10000);
        writer.Text("rope.scaling.type", "none");
        writer.Real("attention.layer_norm_rms_epsilon", Config.Number("norm_eps") ?? 1e-6);
        writer.Count("pooling_type", (long)PoolingType.Cls);
    }
}
