using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers.Vocabularies;

/// <summary>XLM-RoBERTa's Unigram, from sentencepiece.bpe.model (which is none, but is called so) or from tokenizer.json.</summary>
internal sealed record XlmRobertaVocabulary : Vocabulary
{
    private const string ModelFileName = "sentencepiece.bpe.model";
    private const int MaskId = 250001;

    /// <summary>The number of token types (segments).</summary>
    public uint TokenTypes { get; init; } = 1;

    /// <summary>Whether the SentencePiece model lacks the mask token.</summary>
    public bool AddsMask { get; init; }

    /// <inheritdoc/>
    public override string FileName => $"{ModelFileName} nor {TokenizerJsonReader.FileName}";

    /// <summary>Whether the checkpoint's tokenizer.json is a Unigram, as XLM-RoBERTa's is.</summary>
    public static bool IsUnigram(TokenizerSources sources) => sources.Definition is { ModelType: "Unigram" };

    /// <inheritdoc/>
    public override bool IsIn(TokenizerSources sources) => sources.Files.Exists(ModelFileName) || sources.Definition is not null;

    /// <inheritdoc/>
    public override void Write(TokenizerDraft draft)
    {
        if (draft.Sources.Files.Exists(ModelFileName))
        {
            var model = SentencePieceModel.Read(ModelFileName, draft.Sources.Files.ReadAllBytes(ModelFileName));
            if (model.Algorithm != SentencePieceAlgorithm.Unigram)
            {
                throw new CheckpointException($"'{ModelFileName}' was trained as {model.Algorithm}; this architecture needs a Unigram model.");
            }

            Write(draft, Realign(ListPieces(draft, model)), model.AddsDummyPrefix, model.RemovesExtraSpaces, model.CharacterMap);
        }
        else
        {
            var tokenizer = draft.Sources.Tokenizer;
            Write(draft, ListUnigram(draft, tokenizer), tokenizer.AddPrefixSpace, tokenizer.CleanUpSpaces, PrecompiledMap.Of(tokenizer.Definition));
        }
    }

    private void Write(TokenizerDraft draft, TokenList tokens, bool addsPrefix, bool removesSpaces, ReadOnlyMemory<byte> characterMap)
    {
        draft.WriteModel("t5", "default");
        draft.WriteTokens(tokens);
        TokenizerRules.AddSpacePrefix(addsPrefix)(draft);
        TokenizerRules.TokenTypes(TokenTypes)(draft);
        TokenizerRules.RemoveExtraSpaces(removesSpaces)(draft);
        TokenizerRules.CharacterMap(characterMap)(draft);
        draft.WriteSpecial(this, withMerges: false, checkIds: true);
    }

    private static TokenList ListPieces(TokenizerDraft draft, SentencePieceModel model) => SentencePieceVocabulary.ListPieces(
        draft.Sources, model, Math.Max(draft.Request.VocabularySize ?? 0, model.Pieces.Length));

    // Hugging Face's ids: four special tokens before the pieces from the fourth on; the last id is lost.
    private TokenList Realign(TokenList pieces)
    {
        if (pieces.Count < 4)
        {
            throw new CheckpointException($"'{ModelFileName}' has {pieces.Count} pieces; at least 4 are needed.");
        }

        var list = new TokenList(pieces.Count, score: -10000);
        list.Set(0, "<s>", TokenType.Control);
        list.Set(1, "<pad>", TokenType.Control);
        list.Set(2, "</s>", TokenType.Control);
        list.Set(3, "<unk>", TokenType.Unknown);
        for (var id = 3; id < pieces.Count - 1; id++)
        {
            var (token, type) = pieces[id];
            list.Set(id + 1, token, type, pieces.ScoreOf(id));
        }

        if (AddsMask && list.Count > MaskId)
        {
            list.Set(MaskId, "<mask>", TokenType.Control);
        }

        return list;
    }

    private static TokenList ListUnigram(TokenizerDraft draft, AutoTokenizer tokenizer)
    {
        var definition = tokenizer.Definition;
        if (definition.ModelType != "Unigram")
        {
            throw new CheckpointException($"{TokenizerJsonReader.FileName} is a {definition.ModelType} tokenizer; this architecture needs a Unigram.");
        }

        var unknown = draft.Sources.Configuration.Text("unk_token") is { } name && tokenizer.Added.Contains(name) && tokenizer.Added.TryGetId(name, out var id)
            ? id
            : definition.UnknownId ?? 3;
        var special = tokenizer.SpecialTokens.Select(token => tokenizer.Added.TryGetId(token, out var tokenId) ? tokenId : -1).ToHashSet();
        var list = new TokenList(Math.Max(draft.Request.VocabularySize ?? 0, definition.Pieces.Length), score: -10000);
        for (var index = 0; index < definition.Pieces.Length; index++)
        {
            var (piece, score) = definition.Pieces[index];
            var isAdded = tokenizer.Added.TryGetToken(index, out var added);
            var type = index == unknown ? TokenType.Unknown
                : special.Contains(index) ? TokenType.Control
                : isAdded ? TokenType.UserDefined
                : TokenType.Normal;
            list.Set(index, isAdded ? added!.Content : piece, type, (float)score);
        }

        return list;
    }
}
