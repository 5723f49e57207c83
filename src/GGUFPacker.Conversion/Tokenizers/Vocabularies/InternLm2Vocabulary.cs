using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Tokenizers.Vocabularies;

/// <summary>
/// InternLM 2's SentencePiece model with all added tokens behind its pieces. In chats, what ends a turn is the EOS. llama.cpp would take the piece of a zero
/// byte for an empty one, so its converter writes a dragon there.
/// </summary>
internal sealed record InternLm2Vocabulary : Vocabulary
{
    private const string EndOfTurn = "<|im_end|>";
    private const float AddedScore = -1000;

    /// <inheritdoc/>
    public override string FileName => SentencePieceModel.FileName;

    /// <inheritdoc/>
    public override bool IsIn(TokenizerSources sources) => sources.Files.Exists(FileName);

    /// <inheritdoc/>
    public override void Write(TokenizerDraft draft)
    {
        var sources = draft.Sources;
        var model = SentencePieceModel.Read(FileName, sources.Files.ReadAllBytes(FileName));
        var tokens = ListPieces(model, draft.Request.VocabularySize ?? model.Pieces.Length, AddedTokenFiles.ReadAddedTokens(sources.Files).ToList());
        uint? endOfTurn = null;
        var decoder = sources.Configuration.Members("added_tokens_decoder").Select(member => (
            Token: AddedToken.Read(member.Value) ?? throw new CheckpointException($"tokenizer_config.json: the added token {member.Name} has no content."),
            Id: AddedTokenFiles.ReadDecoderId(member)));
        foreach (var (token, id) in decoder.Concat(sources.Definition?.AddedTokens ?? []))
        {
            if (token.Content == EndOfTurn)
            {
                endOfTurn = (uint)id;
            }

            if (id >= tokens.Count)
            {
                throw new CheckpointException($"The added token '{token.Content}' has the id {id}, but there are only {tokens.Count} tokens.");
            }

            tokens.Set(id, token.Content, token.Special ? TokenType.Control : TokenType.UserDefined, AddedScore);
        }

        draft.WriteModel("llama", "default");
        draft.WriteTokens(tokens);
        TokenizerRules.AddSpacePrefix(model.AddsDummyPrefix)(draft);
        var special = new SpecialVocabularyReader(sources, tokens.Count).Read(withMerges: false);
        draft.WriteSpecial(this, endOfTurn is { } eos ? special.WithReplacedId("eos", eos) : special);
    }

    private static TokenList ListPieces(SentencePieceModel model, int size, List<(string Token, int Id)> added)
    {
        if (size > model.Pieces.Length)
        {
            throw new CheckpointException($"config.json: vocab_size is {size}, but '{SentencePieceModel.FileName}' has only {model.Pieces.Length} pieces.");
        }

        var list = new TokenList(size + added.Count, score: AddedScore);
        for (var id = 0; id < size; id++)
        {
            var piece = model.Pieces[id];
            var isUnused = piece.Text.Bytes.StartsWith("[UNUSED"u8);
            var text = piece.Text.Bytes.SequenceEqual("\0"u8) ? new GgufString("🐉") : piece.Text;
            list.Set(id, text, isUnused ? TokenType.Unused : SentencePieceVocabulary.TypeOf(piece.Type), piece.Score);
        }

        for (var index = 0; index < added.Count; index++)
        {
            list.Set(size + index, added[index].Token, TokenType.UserDefined, AddedScore);
        }

        return list;
    }
}
