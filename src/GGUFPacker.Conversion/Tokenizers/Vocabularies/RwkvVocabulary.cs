using System.Globalization;
using System.Text;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers.Vocabularies;

/// <summary>RWKV's World vocabulary: a line for each token, with its id, its text or bytes as Python writes them, and its length in bytes.</summary>
internal sealed record RwkvVocabulary : Vocabulary
{
    private const uint EndOfTurn = 261;

    /// <inheritdoc/>
    public override string FileName => "rwkv_vocab_v20230424.txt";

    /// <inheritdoc/>
    public override bool IsIn(TokenizerSources sources) => sources.Files.Exists(FileName);

    /// <inheritdoc/>
    public override void Write(TokenizerDraft draft)
    {
        var tokens = ReadTokens(draft.Sources.Files);
        var size = draft.Request.VocabularySize ?? tokens.Count;
        if (size < tokens.Count)
        {
            throw new CheckpointException($"{FileName} has {tokens.Count} tokens, but the model's vocab_size is {size}: the tokenizer is not this model's.");
        }

        var list = new TokenList(size, score: null);
        for (var id = 0; id < tokens.Count; id++)
        {
            list.Set(id, tokens[id], id == 0 ? TokenType.Control : TokenType.Normal);
        }

        draft.WriteModel("rwkv", preTokenizer: null);
        draft.WriteTokens(list);
        var special = new SpecialVocabularyReader(draft.Sources, tokenCount: null).Read(withMerges: false);
        if (special.ChatTemplates.IsEmpty)
        {
            special = special with { ChatTemplates = [new("default", BuiltInChatTemplates.Read(BuiltInChatTemplates.RwkvWorld))] };
        }

        draft.WriteSpecial(this, special.WithId("eot", EndOfTurn).WithReplacedId("bos", 0).WithReplacedId("eos", 0));
    }

    private List<string> ReadTokens(CheckpointFiles files)
    {
        var tokens = new List<string> { "<s>" };
        using var reader = new StreamReader(new MemoryStream(files.ReadAllBytes(FileName)), Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            var (first, last) = (line.IndexOf(' ', StringComparison.Ordinal), line.LastIndexOf(' '));
            var bytes = first >= 0 && last > first ? PythonLiteral.ReadBytes(line.AsSpan((first + 1)..last)) : null;
            if (bytes is null || tokens.Count > TokenizerJsonReader.MaximumTokens
                || !int.TryParse(line.AsSpan(last + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length != bytes.Length)
            {
                throw new CheckpointException($"{FileName}: line {tokens.Count} is not an id, a token as Python writes it, and its length in bytes.");
            }

            tokens.Add(PythonLiteral.Escape(bytes));
        }

        return tokens;
    }
}
