using GGUFPacker.Conversion.Tokenizers;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Solar Open: GLM-4.5's architecture with a tokenizer of its own.</summary>
[Family("Solar Open", "SolarOpenForCausalLM", Special = "as GLM-4.5 MoE")]
internal sealed class SolarOpen(ArchitectureContext context) : Glm4Moe(context)
{
    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForSolarOpen(VocabularySize);
}
