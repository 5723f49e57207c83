using System.Collections.Immutable;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers.Vocabularies;

/// <summary>
/// A SentencePiece model (tokenizer.model) with what the files beside it change, padded to the model's vocab_size.
/// </summary>
internal sealed record SentencePieceVocabulary : Vocabulary
{
    private const float AddedScore = -1000;

    /// <summary>How the files beside the model change its pieces.</summary>
    public SentencePieceAddedTokens AddedTokens { get; init; }

    /// <summary>What comes between the tokens and the special tokens.</summary>
    public ImmutableArray<TokenizerRule> BeforeSpecial { get; init; } = [];

    /// <inheritdoc/>
    public override string FileName => SentencePieceModel.FileName;

    /// <inheritdoc/>
    public override bool IsIn(TokenizerSources sources) => sources.Files.Exists(FileName);

    /// <inheritdoc/>
    public override void Write(TokenizerDraft draft)
    {
        draft.WriteModel("llama", "default");
        draft.WriteTokens(List(draft.Sources, draft.Request.VocabularySize));
        foreach (var rule in BeforeSpecial)
        {
            rule(draft);
        }

        draft.WriteSpecial(this, withMerges: false, checkIds: true);
    }

    /// <summary>The type of a piece; user-defined ones count as normal until the files beside the model name them.</summary>
    public static TokenType TypeOf(SentencePieceType type) => type switch
    {
        SentencePieceType.Unknown => TokenType.Unknown,
        SentencePieceType.Control => TokenType.Control,
        SentencePieceType.Unused => TokenType.Unused,
        SentencePieceType.Byte => TokenType.Byte,
        _ => TokenType.Normal,
    };

    /// <summary>Lists a model's pieces, padded. Ids that are not below <paramref name="size"/> are left out and reported.</summary>
    /// <exception cref="CheckpointException">There are such ids, and all must fit.</exception>
    public static TokenList ListPieces(TokenizerSources sources, SentencePieceModel model, int size, bool mustFit = false)
    {
        if (mustFit && model.Pieces.Length > size)
        {
            throw new CheckpointException(
                $"The SentencePiece model has {model.Pieces.Length} pieces, but the model's vocab_size is {size}: the tokenizer is not this model's.");
        }

        var list = new TokenList(size, score: -10000);
        for (var id = 0; id < Math.Min(size, model.Pieces.Length); id++)
        {
            var piece = model.Pieces[id];
            list.Set(id, piece.Text, TypeOf(piece.Type), piece.Score);
        }

        if (model.Pieces.Length > size)
        {
            sources.Note(
                $"The ids from {size} to {model.Pieces.Length - 1} of the SentencePiece model are left out, because the model's vocab_size is {size}.");
        }

        return list;
    }

    /// <summary>Sets the tokens of added_tokens.json, as user-defined ones.</summary>
    /// <exception cref="CheckpointException">The file is not what it must be.</exception>
    public static void SetAddedTokens(TokenizerSources sources, TokenList list)
    {
        foreach (var (token, id) in AddedTokenFiles.ReadAddedTokens(sources.Files))
        {
            if (IsInRange(sources, list, id, token))
            {
                list.Set(id, token, TokenType.UserDefined, AddedScore);
            }
        }
    }

    private TokenList List(TokenizerSources sources, int? vocabularySize)
    {
        var model = SentencePieceModel.Read(FileName, sources.Files.ReadAllBytes(FileName));
        var size = vocabularySize is null or 0 ? model.Pieces.Length : vocabularySize.Value;
        var list = ListPieces(sources, model, size, mustFit: AddedTokens != SentencePieceAddedTokens.Normalized);
        if (AddedTokens != SentencePieceAddedTokens.Redefined)
        {
            SetAddedTokens(sources, list);
        }

        foreach (var member in sources.Configuration.Members("added_tokens_decoder"))
        {
            var id = AddedTokenFiles.ReadDecoderId(member);
            var token = AddedToken.Read(member.Value) ?? throw new CheckpointException($"tokenizer_config.json: the added token {id} has no content.");
            if (IsInRange(sources, list, id, token.Content))
            {
                Set(sources, list, id, token);
            }
        }

        if (AddedTokens == SentencePieceAddedTokens.AsMarked)
        {
            foreach (var (token, id) in sources.Definition?.AddedTokens ?? [])
            {
                if (IsInRange(sources, list, id, token.Content))
                {
                    Set(sources, list, id, token);
                }
            }
        }

        return list;
    }

    private void Set(TokenizerSources sources, TokenList list, int id, AddedToken token)
    {
        switch (AddedTokens)
        {
            case SentencePieceAddedTokens.Redefined when token.Special:
                var isUnknown = sources.Configuration.Text("unk_token") == token.Content;
                list.Set(id, token.Content, isUnknown ? TokenType.Unknown : TokenType.Control, score: 0);
                break;
            case SentencePieceAddedTokens.Redefined:
                list.Set(id, token.Content, TokenType.UserDefined, score: -10000);
                break;
            case SentencePieceAddedTokens.AsMarked:
                list.Set(id, token.Content, token.Special ? TokenType.Control : TokenType.UserDefined, AddedScore);
                break;
            case var _ when token.Special || AddedToken.LooksSpecial(token.Content):
                list.Set(id, token.Content, TokenType.Control, AddedScore);
                break;
            default:
                list.Set(id, token.Content.Replace('▁', ' '), TokenType.UserDefined, AddedScore);
                break;
        }
    }

    private static bool IsInRange(TokenizerSources sources, TokenList list, int id, string token)
    {
        if (id >= list.Count)
        {
            sources.Note($"The added token '{token}' with the id {id} is left out, because the model's vocab_size is {list.Count}.");
        }

        return id < list.Count;
    }
}
