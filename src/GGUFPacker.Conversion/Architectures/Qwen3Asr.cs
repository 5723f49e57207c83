using GGUFPacker.Conversion.Tokenizers;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>The text part of Qwen3-ASR.</summary>
[Family("Qwen3-ASR", "Qwen3ASRForConditionalGeneration", Special = "text part only; as Qwen3-VL without deepstack layers")]
internal sealed class Qwen3Asr(ArchitectureContext context) : Qwen3VL(context)
{
    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForQwen3Asr(VocabularySize);

    /// <inheritdoc/>
    protected override long DeepstackLayerCount => 0;
}
