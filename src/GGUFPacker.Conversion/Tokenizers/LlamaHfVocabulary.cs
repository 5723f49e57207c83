using System.Text.RegularExpressions;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>
/// The vocabulary of a BPE that falls back to bytes, in Hugging Face's form of Llama 2's SentencePiece model. Such files have no scores, so all have the same.
/// </summary>
internal static partial class LlamaHfVocabulary
{
    private const float Score = -1000;

    /// <summary>Lists the tokens; the list ends with the last one, whatever vocab_size is.</summary>
    /// <exception cref="CheckpointException">The trained vocabulary's ids have gaps.</exception>
    public static TokenList List(AutoTokenizer tokenizer)
    {
        var tokens = tokenizer.TokensById();
        var trained = tokenizer.Definition.Vocabulary.Count;
        var beyond = tokenizer.Added.Tokens.Keys.Where(id => id >= trained).ToList();
        var special = tokenizer.SpecialTokens.ToHashSet(StringComparer.Ordinal);

        var list = new TokenList(trained + beyond.Count, score: -10000);
        for (var id = 0; id < trained; id++)
        {
            var token = tokens.GetValueOrDefault(id)
                ?? throw new CheckpointException($"{TokenizerJsonReader.FileName} has {trained} tokens, but none with the id {id}.");
            var type = ByteToken().IsMatch(token) ? TokenType.Byte : special.Contains(token) ? TokenType.Control : TokenType.Normal;
            list.Set(id, token, type, Score);
        }

        for (var index = 0; index < beyond.Count; index++)
        {
            var token = tokenizer.Added.Tokens[beyond[index]].Content;
            list.Set(trained + index, token, special.Contains(token) ? TokenType.Control : TokenType.UserDefined, Score);
        }

        return list;
    }

    [GeneratedRegex(@"\A<0x[0-9A-Fa-f]{2}>\z", RegexOptions.CultureInvariant)]
    private static partial Regex ByteToken();
}
