using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Arcee's AFM: Llama whose feed-forward part has no gate.</summary>
[Family("Arcee AFM", "ArceeForCausalLM", Special = "as Llama")]
internal sealed class Arcee(ArchitectureContext context) : Llama(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("arcee",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnRotEmbd, FfnNorm, FfnUp, FfnDown, RopeFreqs,
    ]);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        Pooling.Write(writer, Context.Files);
    }
}
