namespace GGUFPacker.Conversion.Tokenizers.Vocabularies;

/// <summary>No vocabulary: for models that take something else than text.</summary>
internal sealed record NoVocabulary : Vocabulary
{
    /// <inheritdoc/>
    public override string FileName => "";

    /// <inheritdoc/>
    public override bool IsIn(TokenizerSources sources) => true;

    /// <inheritdoc/>
    public override void Write(TokenizerDraft draft) => draft.WriteModel("none", preTokenizer: null);
}
