using GGUFPacker.Conversion.Tokenizers;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>The text part of Qwen3-Omni.</summary>
[Family("Qwen3-Omni", "Qwen3OmniMoeForConditionalGeneration", Special = "text part only; experts stacked or transposed")]
internal sealed class Qwen3Omni(ArchitectureContext context) : Qwen3VLMoe(context)
{
    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForQwen3Omni(VocabularySize);

    /// <inheritdoc/>
    protected override long DeepstackLayers => 0;
}
