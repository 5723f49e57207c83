using System.Collections.Immutable;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers.Vocabularies;

/// <summary>Lists the tokens of a tokenizer without scores (BPE, WordPiece), trained and added ones.</summary>
internal static class BaseVocabulary
{
    /// <summary>Lists the tokens.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="vocabularySize">The number of ids; null for the tokenizer's own.</param>
    /// <param name="addedText">What becomes of the text of added tokens.</param>
    /// <param name="controlTokens">Texts of added tokens that are control tokens although the files do not say so.</param>
    /// <exception cref="CheckpointException">A token's id is not below <paramref name="vocabularySize"/>.</exception>
    public static TokenList List(
        AutoTokenizer tokenizer,
        int? vocabularySize,
        AddedTokenText addedText = AddedTokenText.DecodedWithSpaces,
        ImmutableArray<string> controlTokens = default)
    {
        var tokens = tokenizer.TokensById();
        var size = vocabularySize ?? tokens.Count;
        var last = tokens.Count > 0 ? tokens.Keys.Max() : -1;
        if (last >= size)
        {
            throw new CheckpointException(
                $"The token '{tokens[last]}' has the id {last}, but the model's vocab_size is {size}: the tokenizer is not this model's.");
        }

        var list = new TokenList(size, score: null);
        var decoder = new TokenDecoder(tokenizer);
        foreach (var (id, token) in tokens)
        {
            if (!tokenizer.Added.Contains(token))
            {
                list.Set(id, token, TokenType.Normal);
                continue;
            }

            // llama.cpp matches control and user-defined tokens in the text as it is. A token that is not normalized is one thing in a text,
            // so what it decodes to is what such a text holds.
            var added = tokenizer.Added.Tokens[id];
            var text = added.Normalized || addedText == AddedTokenText.AsWritten ? token : decoder.Decode(token);
            var looksSpecial = addedText != AddedTokenText.AsWritten && AddedToken.LooksSpecial(text);
            if (added.Special || looksSpecial || (!controlTokens.IsDefault && controlTokens.Contains(text)))
            {
                list.Set(id, text, TokenType.Control);
            }
            else
            {
                list.Set(id, addedText == AddedTokenText.DecodedWithSpaces ? text.Replace('▁', ' ') : text, TokenType.UserDefined);
            }
        }

        return list;
    }
}
