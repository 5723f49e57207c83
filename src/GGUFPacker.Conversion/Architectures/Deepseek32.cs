using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>DeepSeek V3.2: DeepSeek V3 with sparse attention, whose indexer chooses the tokens.</summary>
[Family("DeepSeek V3.2", "DeepseekV32ForCausalLM", ExportsTokenPrediction = true, Special = "as DeepSeek V3; indexer, prediction layers kept")]
internal sealed class Deepseek32(ArchitectureContext context) : DeepseekPrediction(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("deepseek32",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQ, AttnOutput, AttnRotEmbd, FfnNorm, FfnGateInp, ExpProbsB, FfnUp, FfnUpExps, FfnUpShexp,
        FfnGate, FfnGateExps, FfnGateShexp, FfnDown, FfnDownExps, FfnDownShexp, RopeFreqs, AttnQA, AttnQB, AttnKvAMqa, AttnKB, AttnVB, AttnQANorm,
        AttnKvANorm, IndexerKNorm, IndexerProj, IndexerAttnK, IndexerAttnQB, NextnEhProj, NextnEmbedTokens, NextnEnorm, NextnHnorm,
        NextnSharedHeadHead, NextnSharedHeadNorm,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForDeepseek32(VocabularySize);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        WritePrediction(writer);
        WriteIndexer(writer);
    }
}
