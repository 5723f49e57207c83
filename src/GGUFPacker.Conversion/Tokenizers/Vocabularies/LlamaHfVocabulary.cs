using System.Collections.Immutable;
using System.Text.RegularExpressions;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers.Vocabularies;

/// <summary>
/// A BPE that falls back to bytes, in Hugging Face's form of Llama 2's SentencePiece model. Such files have no scores, so all have the same.
/// </summary>
internal sealed partial record LlamaHfVocabulary : Vocabulary
{
    private const float Score = -1000;

    /// <inheritdoc/>
    public override string FileName => TokenizerJsonReader.FileName;

    /// <inheritdoc/>
    public override bool IsIn(TokenizerSources sources) => sources.Definition is { IsLlamaHf: true };

    /// <inheritdoc/>
    public override void Write(TokenizerDraft draft)
    {
        draft.WriteModel("llama", "default");
        draft.WriteTokens(List(draft.Sources.Tokenizer));
        draft.WriteSpecial(this, withMerges: false, checkIds: true);
    }

    /// <summary>Lists the tokens; the list ends with the last one, whatever vocab_size is.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="visible">Tokens that are shown although they steer the model.</param>
    /// <exception cref="CheckpointException">The trained vocabulary's ids have gaps.</exception>
    public static TokenList List(AutoTokenizer tokenizer, ImmutableArray<string> visible = default)
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
            list.Set(id, token, TypeOf(token, ByteToken().IsMatch(token) ? TokenType.Byte : TokenType.Normal), Score);
        }

        for (var index = 0; index < beyond.Count; index++)
        {
            var token = tokenizer.Added.Tokens[beyond[index]].Content;
            list.Set(trained + index, token, TypeOf(token, TokenType.UserDefined), Score);
        }

        return list;

        TokenType TypeOf(string token, TokenType otherwise) => !visible.IsDefault && visible.Contains(token) ? TokenType.UserDefined
            : otherwise == TokenType.Byte || !special.Contains(token) ? otherwise
            : TokenType.Control;
    }

    [GeneratedRegex(@"\A<0x[0-9A-Fa-f]{2}>\z", RegexOptions.CultureInvariant)]
    private static partial Regex ByteToken();
}
