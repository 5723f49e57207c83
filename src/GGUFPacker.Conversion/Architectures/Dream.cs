using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Dream: a diffusion model on Qwen2; attention looks both ways.</summary>
[Family("Dream", "DreamModel")]
internal sealed class Dream(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("dream",
    [
        TokenEmbd, Output, OutputNorm, RopeFreqs, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnUp, FfnGate, FfnDown,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForDiffusion(VocabularySize, addsBos: false);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        Pooling.Write(writer, Context.Files);
        writer.Flag("attention.causal", false);
        if (Config.Find("mask_token_id") is { } mask)
        {
            writer.GlobalCount("tokenizer.ggml.mask_token_id", mask.TokenId);
        }
    }
}
