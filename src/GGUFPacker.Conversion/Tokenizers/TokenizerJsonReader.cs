using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>Reads a tokenizer.json.</summary>
internal static class TokenizerJsonReader
{
    /// <summary>The file's name.</summary>
    public const string FileName = "tokenizer.json";

    /// <summary>The most tokens that a vocabulary may have; the largest known one has about 262,000.</summary>
    public const int MaximumTokens = 1 << 24;

    /// <summary>Reads the checkpoint's tokenizer.json.</summary>
    /// <exception cref="CheckpointException">The file is missing or is no tokenizer.</exception>
    public static TokenizerJson Read(CheckpointFiles files)
    {
        using var document = CheckpointJson.Open(files, FileName);
        var root = document.RootElement;
        var model = root.Property("model") is { ValueKind: JsonValueKind.Object } element
            ? element
            : throw new CheckpointException($"{FileName} has no model.");
        var decoder = root.Property("decoder");

        return new TokenizerJson
        {
            // Files of the library's first versions leave the type out; only a BPE has merges.
            ModelType = model.Text("type") ?? (model.Property("merges") is null ? "WordPiece" : "BPE"),
            Vocabulary = ReadVocabulary(model),
            Merges = ReadMerges(model),
            UnknownToken = model.Text("unk_token"),
            ContinuingSubwordPrefix = model.Text("continuing_subword_prefix"),
            EndOfWordSuffix = model.Text("end_of_word_suffix"),
            FuseUnknown = model.Flag("fuse_unk") ?? false,
            ByteFallback = model.Flag("byte_fallback") ?? false,
            IgnoreMerges = model.Flag("ignore_merges") ?? false,
            AddedTokens = ReadAddedTokens(root),
            Normalizers = TokenizerStep.ReadAll(root, "normalizer", "normalizers"),
            PreTokenizers = TokenizerStep.ReadAll(root, "pre_tokenizer", "pretokenizers"),
            HasSinglePreTokenizer = root.Property("pre_tokenizer")?.Text("type") is { } type && type != "Sequence",
            PostProcessors = TokenizerStep.ReadAll(root, "post_processor", "processors"),
            Decoders = TokenizerStep.ReadAll(root, "decoder", "decoders"),
            DecoderType = decoder?.Text("type"),
        };
    }

    private static Dictionary<string, int> ReadVocabulary(JsonElement model)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var member in model.Members("vocab"))
        {
            var token = member.UnescapedName();
            vocabulary[token] = ReadId(member.Value, token);
            if (vocabulary.Count > MaximumTokens)
            {
                throw new CheckpointException($"{FileName} has more than {MaximumTokens} tokens.");
            }
        }

        return vocabulary;
    }

    private static MergeList ReadMerges(JsonElement model)
    {
        if (model.Property("merges") is not { ValueKind: JsonValueKind.Array } merges || merges.GetArrayLength() == 0)
        {
            return MergeList.Empty;
        }

        return merges[0].ValueKind == JsonValueKind.String
            ? MergeList.OfJoined([.. merges.EnumerateArray().Select(ReadJoined)])
            : MergeList.OfPairs([.. merges.EnumerateArray().Select(ReadPair)]);

        static string ReadJoined(JsonElement merge) => merge.ValueKind == JsonValueKind.String ? merge.Unescape() : throw Unreadable(merge);

        static (string, string) ReadPair(JsonElement merge) =>
            merge.ValueKind == JsonValueKind.Array && merge.GetArrayLength() == 2
            && merge[0].ValueKind == JsonValueKind.String && merge[1].ValueKind == JsonValueKind.String
                ? (merge[0].Unescape(), merge[1].Unescape())
                : throw Unreadable(merge);

        static CheckpointException Unreadable(JsonElement merge) =>
            new($"{FileName}: the merge {Shorten(merge.GetRawText())} is neither 'left right' nor a pair, as the others are.");
    }

    private static ImmutableArray<(AddedToken Token, int Id)> ReadAddedTokens(JsonElement root)
    {
        var tokens = ImmutableArray.CreateBuilder<(AddedToken, int)>();
        foreach (var element in root.Elements("added_tokens"))
        {
            var token = AddedToken.Read(element)
                ?? throw new CheckpointException($"{FileName}: the added token {Shorten(element.GetRawText())} has no content.");
            var id = element.Property("id") ?? throw new CheckpointException($"{FileName}: the added token '{token.Content}' has no id.");
            tokens.Add((token, ReadId(id, token.Content)));
        }

        return tokens.ToImmutable();
    }

    /// <summary>Reads a token id: a whole number that is not negative and below the limit.</summary>
    public static bool TryReadId(JsonElement element, out int id)
    {
        id = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out id) && id is >= 0 and < MaximumTokens;
    }

    private static int ReadId(JsonElement element, string token) =>
        TryReadId(element, out var id)
            ? id
            : throw new CheckpointException(
                $"{FileName}: the id {Shorten(element.GetRawText())} of the token '{Shorten(token)}' is no whole number from 0 to {MaximumTokens - 1}.");

    private static string Shorten(string text) => text.Length <= 80 ? text : $"{text[..80]}…";
}
