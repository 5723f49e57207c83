using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>The text part of Qwen2-VL, Qwen2.5-VL and Qwen2.5-Omni: rotary dimensions for time, height and width.</summary>
[Family(
    "Qwen2-VL, Qwen2.5-VL, Qwen2.5-Omni", "Qwen2VLForConditionalGeneration", "Qwen2VLModel", "Qwen2_5_VLForConditionalGeneration", "Qwen2_5OmniModel",
    Special = "text part only")]
internal sealed class Qwen2VL(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("qwen2vl",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnUp, FfnGate, FfnDown,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForQwen2(VocabularySize);

    /// <inheritdoc/>
    public override string? Select(string name) =>
        base.Select(name.StartsWith("thinker.", StringComparison.Ordinal) ? name.Replace("thinker.", "", StringComparison.Ordinal) : name);
}
