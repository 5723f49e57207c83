using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>XLM-RoBERTa: BERT with a Unigram tokenizer and position embeddings behind the padding token's.</summary>
[Family("XLM-RoBERTa", "XLMRobertaModel", "XLMRobertaForSequenceClassification", Special = "as BERT; position embeddings cut, Unigram tokenizer")]
internal sealed class XlmRoberta(ArchitectureContext context) : Bert(null, PositionOffset.Shorten(Supported(context)))
{
    private readonly PositionOffset _offset = PositionOffset.Of(context.Config);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForXlmRoberta(VocabularySize, TokenTypeCount);

    /// <inheritdoc/>
    public override string? Select(string name) => base.Select(Without(name, "roberta."));

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => base.Convert(_offset.Cut(tensor), block);

    private static ArchitectureContext Supported(ArchitectureContext context) => context.Config.IsTrue("lora_adaptations")
        ? throw CheckpointException.NotSupported("Jina Embeddings v3 (lora_adaptations in config.json)", "Its adapters are part of it and would become files of their own.")
        : context;
}
