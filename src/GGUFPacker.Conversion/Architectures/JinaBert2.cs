using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Jina Embeddings v2: BERT with gated layers and without position embeddings.</summary>
[Family("Jina Embeddings v2", "JinaBertForMaskedLM", "JinaBertModel", Special = "as BERT")]
internal sealed class JinaBert2(ArchitectureContext context) : Bert(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("jina-bert-v2",
    [
        TokenEmbd, TokenTypes, TokenEmbdNorm, AttnNorm2, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnOutputNorm, FfnUp, FfnGate, FfnDown,
        AttnQNorm, AttnKNorm, LayerOutputNorm, Cls,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForJinaBert(VocabularySize, TokenTypeCount);
}
