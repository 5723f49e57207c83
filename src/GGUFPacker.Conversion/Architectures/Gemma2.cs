using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Gemma 2: norms after attention and feed-forward part too, soft caps, sliding window.</summary>
[Family("Gemma 2", "Gemma2ForCausalLM", Special = "norms + 1, lm_head left out, soft caps, sliding window")]
internal sealed class Gemma2(ArchitectureContext context) : Gemma(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("gemma2",
    [
        TokenEmbd, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, PostAttentionNorm, FfnPreNorm, PostFfwNorm, FfnUp, FfnGate,
        FfnDown,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForGemma2(VocabularySize);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Real("attn_logit_softcapping", Config.Require("attn_logit_softcapping"));
        writer.Real("final_logit_softcapping", Config.Require("final_logit_softcapping"));
        writer.Count("attention.sliding_window", Config.Require("sliding_window"));
    }
}
