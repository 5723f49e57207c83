using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>
/// The vocabulary of a SentencePiece model (tokenizer.model) with what added_tokens.json and tokenizer_config.json change, padded to the model's vocab_size.
/// </summary>
internal static class SentencePieceVocabulary
{
    /// <summary>The model's file.</summary>
    public const string FileName = "tokenizer.model";

    private const float AddedScore = -1000;

    /// <summary>Lists the tokens. Ids that are not below <paramref name="vocabularySize"/> are left out and reported.</summary>
    /// <param name="files">The checkpoint.</param>
    /// <param name="vocabularySize">The number of ids; null for the model's own.</param>
    /// <param name="note">Takes what is worth telling the user.</param>
    /// <exception cref="CheckpointException">A file is not what it must be.</exception>
    public static TokenList List(CheckpointFiles files, int? vocabularySize, Action<string> note)
    {
        var model = SentencePieceModel.Read(FileName, files.ReadAllBytes(FileName));
        var size = vocabularySize is null or 0 ? model.Pieces.Length : vocabularySize.Value;
        var list = new TokenList(size, score: -10000);
        for (var id = 0; id < Math.Min(size, model.Pieces.Length); id++)
        {
            var piece = model.Pieces[id];
            list.Set(id, piece.Text, TypeOf(piece.Type), piece.Score);
        }

        if (model.Pieces.Length > size)
        {
            note($"{FileName}: the ids from {size} to {model.Pieces.Length - 1} are left out, because the model's vocab_size is {size}.");
        }

        foreach (var (token, id) in AddedTokenFiles.ReadAddedTokens(files))
        {
            if (IsInRange(id, token))
            {
                list.Set(id, token, TokenType.UserDefined, AddedScore);
            }
        }

        var configuration = CheckpointJson.ReadObjectIfPresent(files, "tokenizer_config.json") ?? default;
        foreach (var member in configuration.Members("added_tokens_decoder"))
        {
            var id = AddedTokenFiles.ReadDecoderId(member);
            var token = AddedToken.Read(member.Value) ?? throw new CheckpointException($"tokenizer_config.json: the added token {id} has no content.");
            if (!IsInRange(id, token.Content))
            {
                continue;
            }

            if (token.Special || AddedToken.LooksSpecial(token.Content))
            {
                list.Set(id, token.Content, TokenType.Control, AddedScore);
            }
            else
            {
                list.Set(id, token.Content.Replace('▁', ' '), TokenType.UserDefined, AddedScore);
            }
        }

        return list;

        bool IsInRange(int id, string token)
        {
            if (id >= size)
            {
                note($"The added token '{token}' with the id {id} is left out, because the model's vocab_size is {size}.");
            }

            return id < size;
        }
    }

    // User-defined pieces count as normal ones until added_tokens_decoder names them.
    private static TokenType TypeOf(SentencePieceType type) => type switch
    {
        SentencePieceType.Unknown => TokenType.Unknown,
        SentencePieceType.Control => TokenType.Control,
        SentencePieceType.Unused => TokenType.Unused,
        SentencePieceType.Byte => TokenType.Byte,
        _ => TokenType.Normal,
    };
}
