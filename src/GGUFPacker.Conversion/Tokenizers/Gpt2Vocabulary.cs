using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>The vocabulary of a byte-level BPE: the tokens of tokenizer.json and the added ones, padded to the model's vocab_size.</summary>
internal static class Gpt2Vocabulary
{
    /// <summary>Lists the tokens.</summary>
    /// <exception cref="CheckpointException">A token's id is not below <paramref name="vocabularySize"/>.</exception>
    public static TokenList List(AutoTokenizer tokenizer, int? vocabularySize)
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
            var text = added.Normalized ? token : decoder.Decode(token);
            if (added.Special || AddedToken.LooksSpecial(text))
            {
                list.Set(id, text, TokenType.Control);
            }
            else
            {
                list.Set(id, text.Replace('▁', ' '), TokenType.UserDefined);
            }
        }

        return list;
    }
}
