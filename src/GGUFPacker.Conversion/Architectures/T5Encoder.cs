using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>The encoder of T5, such as Sentence-T5.</summary>
[Family("T5 encoder", "T5EncoderModel")]
internal sealed class T5Encoder(ArchitectureContext context) : T5(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("t5encoder",
    [
        TokenEmbd, Output, EncAttnNorm, EncAttnQ, EncAttnK, EncAttnV, EncAttnO, EncAttnRelB, EncFfnNorm, EncFfnGate, EncFfnUp, EncFfnDown, EncOutputNorm,
    ]);

    /// <inheritdoc/>
    protected override bool HasDecoder => false;
}
