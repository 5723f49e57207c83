using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// XLM-RoBERTa: BERT with a Unigram tokenizer and position embeddings behind the padding token's. Jina Embeddings v3 is one with rotary positions and, for
/// each of its tasks, an adapter inside the checkpoint.
/// </summary>
[Family("XLM-RoBERTa, Jina Embeddings v3", "XLMRobertaModel", "XLMRobertaForSequenceClassification",
    Special = "as BERT; position embeddings cut, Unigram tokenizer, adapters of tasks left out")]
internal sealed class XlmRoberta(ArchitectureContext context)
    : Bert(context.Config.IsTrue("lora_adaptations") ? JinaV3 : WithoutAdapters, PositionOffset.Shorten(context))
{
    private const string Original = ".original";

    private static readonly GgufArchitecture WithoutAdapters = Plain;

    private static readonly GgufArchitecture JinaV3 = new("jina-bert-v3",
    [
        TokenEmbd, TokenTypes, TokenEmbdNorm, OutputNorm, AttnQkv, AttnOutput, AttnOutputNorm, FfnUp, FfnDown, LayerOutputNorm,
    ]);

    private readonly PositionOffset _offset = PositionOffset.Of(context.Config);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForXlmRoberta(VocabularySize, TokenTypeCount);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Notes => Config.IsTrue("lora_adaptations")
        ? [$"The adapters that are part of the checkpoint ({string.Join(", ", Config.Texts("lora_adaptations"))}) are left out: the file has the model alone."]
        : [];

    /// <inheritdoc/>
    public override string? Select(string name)
    {
        // A weight with adapters is one of a group: itself and a pair of matrices.
        name = Without(name, "roberta.");
        if (name.Contains(".parametrizations.", StringComparison.Ordinal))
        {
            name = name.Replace(".parametrizations.", ".", StringComparison.Ordinal);
            name = name.EndsWith(Original, StringComparison.Ordinal) ? name[..^Original.Length] : name;
        }

        return base.Select(name);
    }

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) =>
        tensor.EndsWith(".0.lora_A") || tensor.EndsWith(".0.lora_B") ? [] : base.Convert(_offset.Cut(tensor), block);
}
