using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>Reads a tokenizer.json. The vocabulary and the merges, nearly all of it, are read as they come; only the rest becomes elements.</summary>
internal sealed class TokenizerJsonReader
{
    /// <summary>The file's name.</summary>
    public const string FileName = "tokenizer.json";

    /// <summary>The most tokens that a vocabulary may have, and merges; the largest known one has about 262,000 and twice as many.</summary>
    public const int MaximumTokens = 1 << 21;

    private readonly Dictionary<string, JsonElement> _parts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> _modelParts = new(StringComparer.Ordinal);
    private ImmutableArray<(AddedToken Token, int Id)> _addedTokens = [];
    private TokenizerVocabularyReader? _model;

    private TokenizerJsonReader()
    {
    }

    /// <summary>Reads the checkpoint's tokenizer.json.</summary>
    /// <exception cref="CheckpointException">The file is missing or is no tokenizer.</exception>
    public static TokenizerJson Read(CheckpointFiles files)
    {
        var reader = new TokenizerJsonReader();
        JsonParts.ReadFile(files, FileName, reader.ReadMember);
        return reader.Build();
    }

    /// <summary>Reads a token id: a whole number that is not negative and below the limit.</summary>
    public static bool TryReadId(JsonElement element, out int id)
    {
        id = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out id) && id is >= 0 and < MaximumTokens;
    }

    /// <summary>The start of a text that may be long, for a message.</summary>
    public static string Shorten(string text) => text.Length <= 80 ? text : $"{text[..80]}…";

    private void ReadMember(ref Utf8JsonReader reader, string name)
    {
        switch (name)
        {
            case "added_tokens" when reader.TokenType == JsonTokenType.StartArray:
                _addedTokens = ReadAddedTokens(ref reader);
                break;
            case "model" when reader.TokenType == JsonTokenType.StartObject:
                _model = new TokenizerVocabularyReader(FileName);
                _modelParts.Clear();
                JsonParts.ReadMembers(ref reader, ReadModelMember);
                break;
            case "normalizer" or "pre_tokenizer" or "post_processor" or "decoder":
                _parts[name] = JsonParts.ReadElement(ref reader, FileName);
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private void ReadModelMember(ref Utf8JsonReader reader, string name)
    {
        if (!_model!.TryRead(ref reader, name))
        {
            _modelParts[name] = JsonParts.ReadElement(ref reader, FileName);
        }
    }

    private TokenizerJson Build()
    {
        if (_model is null)
        {
            throw new CheckpointException($"{FileName} has no model.");
        }

        return new TokenizerJson
        {
            // Files of the library's first versions leave the type out; only a BPE has merges, and only a Unigram a list of pieces.
            ModelType = Text("type") ?? (_model.HasMerges ? "BPE" : _model.Pieces.Count > 0 ? "Unigram" : "WordPiece"),
            Vocabulary = _model.Vocabulary,
            Pieces = [.. _model.Pieces],
            Merges = _model.Merges,
            UnknownToken = Text("unk_token"),
            UnknownId = _modelParts.TryGetValue("unk_id", out var unknown) && TryReadId(unknown, out var id) ? id : null,
            MaximumWordLength = _modelParts.TryGetValue("max_input_chars_per_word", out var length) && TryReadId(length, out var count) ? count : 100,
            ContinuingSubwordPrefix = Text("continuing_subword_prefix"),
            EndOfWordSuffix = Text("end_of_word_suffix"),
            FuseUnknown = Flag("fuse_unk"),
            ByteFallback = Flag("byte_fallback"),
            IgnoreMerges = Flag("ignore_merges"),
            AddedTokens = _addedTokens,
            Normalizers = Steps("normalizer", "normalizers"),
            PreTokenizers = Steps("pre_tokenizer", "pretokenizers"),
            HasSinglePreTokenizer = _parts.GetValueOrDefault("pre_tokenizer").Text("type") is { } type && type != "Sequence",
            PostProcessors = Steps("post_processor", "processors"),
            Decoders = Steps("decoder", "decoders"),
            DecoderType = _parts.GetValueOrDefault("decoder").Text("type"),
        };

        string? Text(string name) => _modelParts.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.String ? value.Unescape() : null;

        bool Flag(string name) => _modelParts.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.True;

        ImmutableArray<TokenizerStep> Steps(string part, string members) => TokenizerStep.ReadAll(_parts.GetValueOrDefault(part), part, members);
    }

    private static ImmutableArray<(AddedToken Token, int Id)> ReadAddedTokens(ref Utf8JsonReader reader)
    {
        var tokens = ImmutableArray.CreateBuilder<(AddedToken, int)>();
        while (JsonParts.TryReadElement(ref reader))
        {
            var element = JsonParts.ReadElement(ref reader, FileName);
            var token = AddedToken.Read(element)
                ?? throw new CheckpointException($"{FileName}: the added token {Shorten(element.GetRawText())} has no content.");
            var id = element.Property("id") ?? throw new CheckpointException($"{FileName}: the added token '{token.Content}' has no id.");
            tokens.Add((token, TryReadId(id, out var value) ? value : throw InvalidId(FileName, id.GetRawText(), token.Content)));
            if (tokens.Count > MaximumTokens)
            {
                throw new CheckpointException($"{FileName} has more than {MaximumTokens} added tokens.");
            }
        }

        return tokens.ToImmutable();
    }

    /// <summary>The error of an id that is none.</summary>
    public static CheckpointException InvalidId(string fileName, string id, string token) =>
        new($"{fileName}: the id {Shorten(id)} of the token '{Shorten(token)}' is no whole number from 0 to {MaximumTokens - 1}.");
}
