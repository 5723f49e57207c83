using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers.BytePairs;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Tokenizers.Vocabularies;

/// <summary>
/// Kimi's tiktoken.model. Which special tokens follow its ranks, and how many, is said by tokenizer_config.json and by a constant in the checkpoint's own
/// tokenization_kimi.py, which is read as text and never run.
/// </summary>
internal sealed partial record KimiVocabulary : Vocabulary
{
    private const string ModelFileName = "tiktoken.model";
    private const string CodeFileName = "tokenization_kimi.py";
    private const int MaximumCodeBytes = 1 << 20;
    private const int DefaultReserved = 256;

    /// <inheritdoc/>
    public override string FileName => ModelFileName;

    /// <summary>Writes the EOS that Kimi's own tokenizer has, whatever config.json says.</summary>
    /// <exception cref="CheckpointException">It is none of the special tokens.</exception>
    public static void WriteEos(TokenizerDraft draft)
    {
        var configuration = draft.Sources.Configuration;
        var eos = configuration.Text("eos_token") ?? configuration.Property("eos_token")?.Text("content") ?? "[EOS]";
        for (var id = draft.Tokens.Count - 1; id >= 0; id--)
        {
            if (draft.Tokens[id] is { Type: TokenType.Control, Token: var token } && token.ToString() == eos)
            {
                TokenizerRules.Id("eos", (uint)id)(draft);
                return;
            }
        }

        throw new CheckpointException($"{ModelFileName}: the EOS '{eos}' is none of the special tokens.");
    }

    /// <inheritdoc/>
    public override bool IsIn(TokenizerSources sources) => sources.Files.Exists(ModelFileName);

    /// <inheritdoc/>
    public override void Write(TokenizerDraft draft)
    {
        var ranks = TiktokenFile.Read(draft.Sources.Files, ModelFileName);
        var special = SpecialTokens(draft.Sources, ranks.Count);
        var tokens = ranks.Ranks.Select(entry => (Id: entry.Value, Token: ByteLevelAlphabet.EncodeLatin1(entry.Key), Type: TokenType.Normal))
            .Concat(special.Select(entry => (Id: entry.Value, Token: entry.Key, Type: TokenType.Control)));
        var list = new TokenList(draft.Request.VocabularySize ?? ranks.Count + special.Count, score: null);
        foreach (var (id, token, type) in tokens.Where(entry => entry.Id < list.Count))
        {
            list.Set(id, token, type);
        }

        draft.WriteModel("gpt2", draft.Request.PreTokenizer ?? "kimi-k2");
        draft.WriteTokens(list);
        draft.Keys.Set("tokenizer.ggml.merges", GgufValue.OfStrings(ranks.MergesByEncoding()));
        draft.WriteSpecial(this, withMerges: false, checkIds: false);
    }

    // Ids from the number of ranks on; those that tokenizer_config.json does not name are reserved.
    private static Dictionary<string, int> SpecialTokens(TokenizerSources sources, int first)
    {
        var names = new Dictionary<int, string>();
        foreach (var member in sources.Configuration.Members("added_tokens_decoder"))
        {
            names[AddedTokenFiles.ReadDecoderId(member)] = member.Value.Text("content")
                ?? throw new CheckpointException($"tokenizer_config.json: the added token {member.Name} has no content.");
        }

        var tokens = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var id in Enumerable.Range(first, ReadReserved(sources.Files) + 2))
        {
            tokens[names.GetValueOrDefault(id) ?? string.Create(CultureInfo.InvariantCulture, $"<|reserved_token_{id}|>")] = id;
        }

        return tokens;
    }

    private static int ReadReserved(CheckpointFiles files)
    {
        if (!files.Exists(CodeFileName))
        {
            return DefaultReserved;
        }

        var match = Reserved().Match(Encoding.UTF8.GetString(files.ReadAllBytes(CodeFileName, MaximumCodeBytes)));
        return !match.Success ? DefaultReserved
            : int.TryParse(match.Groups["count"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                && count < TokenizerJsonReader.MaximumTokens
                ? count
                : throw new CheckpointException($"{CodeFileName}: num_reserved_special_tokens is {match.Groups["count"].Value}.");
    }

    [GeneratedRegex(@"^\s*num_reserved_special_tokens\s*(:\s*int\s*)?=\s*(?<count>[0-9]+)", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex Reserved();
}
