using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>The text part of PaddleOCR-VL: ERNIE 4.5.</summary>
[Family("PaddleOCR-VL", "PaddleOCRVLForConditionalGeneration", Special = "as ERNIE 4.5")]
internal sealed class PaddleOcr(ArchitectureContext context) : Ernie45(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("paddleocr",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnUp, FfnGate, FfnDown,
    ]);
}
