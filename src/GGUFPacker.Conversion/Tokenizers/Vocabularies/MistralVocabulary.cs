using System.Text.RegularExpressions;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers.BytePairs;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Tokenizers.Vocabularies;

/// <summary>A tokenizer in Mistral's own format: tekken.json, or a SentencePiece model whose name ends in its version (tokenizer.model.v3).</summary>
internal sealed partial record MistralVocabulary : Vocabulary
{
    private const string OldestVersion = "v1";

    /// <summary>Where the chat template comes from.</summary>
    public required MistralChatTemplate ChatTemplate { get; init; }

    /// <summary>Whether only a tekken.json counts.</summary>
    public bool TekkenOnly { get; init; }

    /// <inheritdoc/>
    public override string FileName => TekkenFile.FileName;

    /// <inheritdoc/>
    public override bool IsIn(TokenizerSources sources) => TekkenOnly ? sources.Files.Exists(FileName) : FindFile(sources.Files) is not null;

    /// <inheritdoc/>
    public override void Write(TokenizerDraft draft)
    {
        var name = FindFile(draft.Sources.Files)!;
        if (Tekken().IsMatch(name))
        {
            WriteTekken(draft, TekkenFile.Read(draft.Sources.Files, name));
        }
        else
        {
            WriteSentencePiece(draft, name);
        }
    }

    private void WriteTekken(TokenizerDraft draft, TekkenFile tekken)
    {
        draft.WriteModel("gpt2", "tekken");
        draft.Keys.Set("tokenizer.ggml.merges", GgufValue.OfStrings(tekken.Ranks.MergesBySplitting(first: 256)));
        TokenizerRules.Id("bos", tekken.IdOf("<s>"))(draft);
        TokenizerRules.Id("eos", tekken.IdOf("</s>"))(draft);
        TokenizerRules.Id("unk", tekken.IdOf("<unk>"))(draft);
        TokenizerRules.Id("pad", tekken.IdOf("<pad>"))(draft);
        var tokens = new TokenList(tekken.SpecialTokens.Length + tekken.Ranks.Count, score: 0);
        for (var id = 0; id < tekken.SpecialTokens.Length; id++)
        {
            tokens.Set(id, tekken.SpecialTokens[id], TokenType.Control);
        }

        foreach (var (token, rank) in tekken.Ranks.Ranks)
        {
            tokens.Set(tekken.SpecialTokens.Length + rank, ByteLevelAlphabet.EncodeLatin1(token), TokenType.Normal);
        }

        draft.WriteTokens(tokens, integerScores: true);
        WriteRest(draft, $"{tekken.Version}-tekken");
    }

    private void WriteSentencePiece(TokenizerDraft draft, string name)
    {
        var model = SentencePieceModel.Read(name, draft.Sources.Files.ReadAllBytes(name));
        draft.WriteModel("llama", preTokenizer: null);
        WriteId("bos", model.BosId);
        WriteId("eos", model.EosId);
        WriteId("unk", model.UnknownId);
        WriteId("pad", model.PadId ?? model.EosId);
        draft.WriteTokens(SentencePieceVocabulary.ListPieces(draft.Sources, model, model.Pieces.Length));
        var suffix = SentencePieceFile().Match(name).Groups["version"];
        WriteRest(draft, $"{(suffix.Success ? suffix.Value : OldestVersion)}-spm");

        void WriteId(string type, int? id) =>
            TokenizerRules.Id(type, id is { } value ? (uint)value : throw new CheckpointException($"'{name}' has no {type} token."))(draft);
    }

    private void WriteRest(TokenizerDraft draft, string version)
    {
        draft.Keys.Set($"{TokenizerDraft.Architecture}.vocab_size", GgufValue.Of((uint)draft.Tokens.Count));
        TokenizerRules.Add("bos", true)(draft);
        TokenizerRules.Add("eos", false)(draft);
        var local = ChatTemplate == MistralChatTemplate.Community ? null : ChatTemplateFiles.ReadJinja(draft.Sources.Files);
        if ((local ?? (ChatTemplate == MistralChatTemplate.Local ? null : CommunityTemplate(version))) is { Length: > 0 } template)
        {
            TokenizerRules.ChatTemplate(template)(draft);
        }
    }

    // Short names are built into llama.cpp.
    private static string CommunityTemplate(string version) => version switch
    {
        "v1-spm" or "v1-tekken" => "mistral-v1",
        "v3-spm" => "mistral-v3",
        "v3-tekken" => "mistral-v3-tekken",
        "v7-spm" => "mistral-v7",
        "v7-tekken" => "mistral-v7-tekken",
        "v11-spm" or "v11-tekken" => BuiltInChatTemplates.Read(BuiltInChatTemplates.MistralV11),
        "v13-spm" or "v13-tekken" => BuiltInChatTemplates.Read(BuiltInChatTemplates.MistralV13),
        _ => throw new CheckpointException(
            $"There is no chat template for Mistral's tokenizer of version {version}. "
            + "Convert with --mistral-format and --disable-mistral-community-chat-template, or put a chat_template.jinja beside it."),
    };

    // tekken.json wins, then the one that comes last by name.
    private static string? FindFile(CheckpointFiles files)
    {
        var names = files.Names.Where(name => Tekken().IsMatch(name) || SentencePieceFile().IsMatch(name)).ToList();
        return names.Contains(TekkenFile.FileName) ? TekkenFile.FileName : names.Max(StringComparer.Ordinal);
    }

    [GeneratedRegex(@"\Atekken(_\d+)?\.json\z", RegexOptions.CultureInvariant)]
    private static partial Regex Tekken();

    [GeneratedRegex(@"\Atokenizer\.model(\.(?<version>v\d+)(m\d+)?)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex SentencePieceFile();
}
