using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>GLM-5: DeepSeek V3.2's attention with GLM's tokenizer.</summary>
[Family("GLM-5", "GlmMoeDsaForCausalLM", ExportsTokenPrediction = true, Special = "as DeepSeek V3.2; kinds of indexers")]
internal sealed class GlmDsa(ArchitectureContext context) : DeepseekPrediction(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("glm-dsa",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQ, AttnOutput, AttnRotEmbd, FfnNorm, FfnGateInp, ExpProbsB, FfnUp, FfnUpExps, FfnUpShexp,
        FfnGate, FfnGateExps, FfnGateShexp, FfnDown, FfnDownExps, FfnDownShexp, RopeFreqs, AttnQA, AttnQB, AttnKvAMqa, AttnKvB, AttnKB, AttnVB,
        AttnQANorm, AttnKvANorm, IndexerKNorm, IndexerProj, IndexerAttnK, IndexerAttnQB, NextnEhProj, NextnEmbedTokens, NextnEnorm, NextnHnorm,
        NextnSharedHeadHead, NextnSharedHeadNorm,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForGlm4Moe(VocabularySize);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        var rotated = Config.RequireInteger("qk_rope_head_dim") * (Rope.Outer.Number("partial_rotary_factor") ?? 1);
        writer.Count("rope.dimension_count", (long)rotated, "qk_rope_head_dim");
        WritePrediction(writer);
        WriteIndexer(writer);
        writer.Flags("attention.indexer.types", Config.Texts("indexer_types").Select(type => type == "full"));
    }
}
