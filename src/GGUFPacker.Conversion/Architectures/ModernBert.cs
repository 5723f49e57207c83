using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>ModernBERT: layers with a window, each n-th without, two bases of the rotary embedding.</summary>
[Family("ModernBERT", "ModernBertModel", "ModernBertForMaskedLM", "ModernBertForSequenceClassification", Special = "sliding window, pooling, classifier labels")]
internal sealed class ModernBert(ArchitectureContext context) : Bert(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("modern-bert",
    [
        TokenEmbd, TokenEmbdNorm, OutputNorm, AttnNorm, AttnQkv, AttnOutput, FfnNorm, FfnUp, FfnDown, Cls, ClsOutput, ClsNorm,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForModernBert(VocabularySize);

    /// <inheritdoc/>
    public override string? Select(string name) => base.Select(Without(name, "model."));

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("attention.sliding_window", Config.Require("local_attention"));
        writer.Count("attention.sliding_window_pattern", Config.Find("global_attn_every_n_layers"));
        writer.Text("rope.scaling.type", "none");
        writer.Count("vocab_size", Config.Require("vocab_size"));
        if (Config.IsTrue("hidden_activation"))
        {
            writer.Text("hidden_activation", Config.Require("hidden_activation")!.Value.Text);
        }
    }
}
