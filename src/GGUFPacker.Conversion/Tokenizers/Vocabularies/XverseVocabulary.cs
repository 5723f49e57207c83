using System.Text.RegularExpressions;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers.Vocabularies;

/// <summary>XVERSE's tokenizer.json: a BPE in SentencePiece's form, without scores.</summary>
internal sealed partial record XverseVocabulary : Vocabulary
{
    /// <inheritdoc/>
    public override string FileName => TokenizerJsonReader.FileName;

    /// <inheritdoc/>
    public override bool IsIn(TokenizerSources sources) => sources.Definition is not null;

    /// <inheritdoc/>
    public override void Write(TokenizerDraft draft)
    {
        var tokenizer = draft.Sources.Tokenizer;
        var tokens = tokenizer.TokensById();
        var size = draft.Request.VocabularySize ?? tokens.Count;
        if (tokens.Keys.DefaultIfEmpty(-1).Max() >= size)
        {
            throw new CheckpointException($"A token has the id {tokens.Keys.Max()}, but the model's vocab_size is {size}: the tokenizer is not this model's.");
        }

        var list = new TokenList(size, score: null);
        for (var id = 0; id < size; id++)
        {
            var token = tokens.GetValueOrDefault(id)
                ?? throw new CheckpointException($"{FileName} has no token with the id {id}, but vocab_size is {size}.");
            if (token == "\0")
            {
                // As the reference writes it.
                list.Set(id, "<b'\\x00'>", TokenType.Byte);
            }
            else if (ByteToken().IsMatch(token))
            {
                list.Set(id, token, TokenType.Byte);
            }
            else if (tokenizer.Added.TryGetToken(id, out var added))
            {
                list.Set(id, token, added.Special ? TokenType.Control : TokenType.UserDefined);
            }
            else
            {
                list.Set(id, token, TokenType.Normal);
            }
        }

        draft.WriteModel("llama", "default");
        draft.WriteTokens(list);
        draft.WriteSpecial(this, withMerges: false, checkIds: true);
    }

    [GeneratedRegex(@"\A<0x[0-9A-Fa-f]{2}>\z", RegexOptions.CultureInvariant)]
    private static partial Regex ByteToken();
}
