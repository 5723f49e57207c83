using GGUFPacker.Conversion.Tokenizers;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>GLM-4.7-Flash: DeepSeek V3's architecture with GLM's tokenizer.</summary>
[Family("GLM-4.7-Flash", "Glm4MoeLiteForCausalLM", ExportsTokenPrediction = true, Special = "as DeepSeek V3; prediction layers kept")]
internal sealed class Glm4MoeLite(ArchitectureContext context) : DeepseekPrediction(null, context)
{
    /// <inheritdoc/>
    public override bool NamesPrediction => true;

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForGlm4Moe(VocabularySize);

    /// <inheritdoc/>
    protected override bool SkipsPrediction => BlockCount == LayerCount;

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        if (!SkipsPrediction)
        {
            WritePrediction(writer);
        }
    }
}
