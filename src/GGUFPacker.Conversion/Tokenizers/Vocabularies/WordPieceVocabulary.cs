namespace GGUFPacker.Conversion.Tokenizers.Vocabularies;

/// <summary>
/// BERT's WordPiece, from tokenizer.json or vocab.txt. llama.cpp marks where a word begins and not where it goes on: "##x" becomes "x", and other tokens
/// get a U+2581 before them, but for control tokens.
/// </summary>
internal sealed record WordPieceVocabulary : Vocabulary
{
    private const string Continuation = "##";

    /// <inheritdoc/>
    public override string FileName => TokenizerJsonReader.FileName;

    /// <inheritdoc/>
    public override bool IsIn(TokenizerSources sources) => sources.HasTokenizer;

    /// <inheritdoc/>
    public override void Write(TokenizerDraft draft)
    {
        var tokens = BaseVocabulary.List(draft.Sources.Tokenizer, draft.Request.VocabularySize);
        for (var id = 0; id < tokens.Count; id++)
        {
            var (token, type) = tokens[id];
            if (type != TokenType.Control)
            {
                var text = token.ToString();
                tokens.Set(id, text.StartsWith(Continuation, StringComparison.Ordinal) ? text[Continuation.Length..] : $"▁{text}", type);
            }
        }

        draft.WriteModel("bert", draft.FindPreTokenizer());
        draft.WriteTokens(tokens);
        draft.WriteSpecial(this, withMerges: false, checkIds: true);
    }
}
