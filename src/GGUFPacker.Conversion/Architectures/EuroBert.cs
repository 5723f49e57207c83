using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>EuroBERT and Jina embeddings v5: encoders with the layers of Llama.</summary>
[Family("EuroBERT", "EuroBertModel", "JinaEmbeddingsV5Model", Special = "pooling, not causal")]
internal sealed class EuroBert(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("eurobert",
    [
        TokenEmbd, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnUp, FfnGate, FfnDown,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForEuroBert(VocabularySize);

    /// <inheritdoc/>
    public override string? Select(string name) => base.Select(name.StartsWith("model.", StringComparison.Ordinal) ? name["model.".Length..] : name);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Flag("attention.causal", false);
        writer.Text("rope.scaling.type", "none");
        Pooling.Write(writer, Context.Files);
    }
}
