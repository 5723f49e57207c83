using GGUFPacker.Conversion.Tokenizers;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>RoBERTa: BERT with a byte-level BPE and position embeddings behind the padding token's.</summary>
[Family("RoBERTa", "RobertaModel", "RobertaForSequenceClassification", Special = "as BERT; position embeddings cut")]
internal sealed class Roberta(ArchitectureContext context) : Bert(null, PositionOffset.Shorten(context))
{
    private readonly PositionOffset _offset = PositionOffset.Of(context.Config);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForRoberta(VocabularySize, TokenTypeCount);

    /// <inheritdoc/>
    public override string? Select(string name) => base.Select(Without(name, "roberta."));

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => base.Convert(_offset.Cut(tensor), block);
}
