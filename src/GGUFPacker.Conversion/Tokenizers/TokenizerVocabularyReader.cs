using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>Reads the vocabulary and the merges of a tokenizer.json's model, element by element.</summary>
internal sealed class TokenizerVocabularyReader(string fileName)
{
    private List<string> _joinedMerges = [];
    private List<(string Left, string Right)> _pairMerges = [];

    /// <summary>The tokens and ids.</summary>
    public Dictionary<string, int> Vocabulary { get; private set; } = new(StringComparer.Ordinal);

    /// <summary>A Unigram's pieces with their scores.</summary>
    public List<(string Piece, double Score)> Pieces { get; private set; } = [];

    /// <summary>Whether there is a list of merges.</summary>
    public bool HasMerges { get; private set; }

    /// <summary>The merges.</summary>
    public MergeList Merges => _pairMerges.Count > 0 ? MergeList.OfPairs([.. _pairMerges]) : MergeList.OfJoined([.. _joinedMerges]);

    /// <summary>Reads a member of the model that is one of the long ones.</summary>
    /// <returns>False if it is none; then nothing is read.</returns>
    /// <exception cref="CheckpointException">It is not what it must be.</exception>
    public bool TryRead(ref Utf8JsonReader reader, string name)
    {
        switch (name)
        {
            case "vocab" when reader.TokenType == JsonTokenType.StartObject:
                ReadTokens(ref reader);
                return true;
            case "vocab" when reader.TokenType == JsonTokenType.StartArray:
                ReadPieces(ref reader);
                return true;
            case "merges" when reader.TokenType == JsonTokenType.StartArray:
                ReadMerges(ref reader);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Reads a token's id.</summary>
    /// <exception cref="CheckpointException">It is no token id, or there are too many tokens.</exception>
    public void ReadToken(ref Utf8JsonReader reader, string token)
    {
        Vocabulary[token] = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var id) && id is >= 0 and < TokenizerJsonReader.MaximumTokens
            ? id
            : throw TokenizerJsonReader.InvalidId(fileName, Raw(ref reader), token);
        if (Vocabulary.Count > TokenizerJsonReader.MaximumTokens)
        {
            throw TooMany();
        }
    }

    private void ReadTokens(ref Utf8JsonReader reader)
    {
        Vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        JsonParts.ReadMembers(ref reader, ReadToken);
    }

    private void ReadPieces(ref Utf8JsonReader reader)
    {
        Vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        Pieces = [];
        while (JsonParts.TryReadElement(ref reader))
        {
            var element = JsonParts.ReadElement(ref reader, fileName);
            if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() != 2 || element[0].ValueKind != JsonValueKind.String
                || element[1].ValueKind != JsonValueKind.Number || !element[1].TryGetDouble(out var score) || !double.IsFinite(score))
            {
                throw new CheckpointException(
                    $"{fileName}: the piece {TokenizerJsonReader.Shorten(element.GetRawText())} is not a text with its score.");
            }

            var piece = element[0].Unescape();
            Vocabulary[piece] = Pieces.Count;
            Pieces.Add((piece, score));
            if (Pieces.Count > TokenizerJsonReader.MaximumTokens)
            {
                throw TooMany();
            }
        }
    }

    private void ReadMerges(ref Utf8JsonReader reader)
    {
        HasMerges = true;
        (_joinedMerges, _pairMerges) = ([], []);
        while (JsonParts.TryReadElement(ref reader))
        {
            if (reader.TokenType == JsonTokenType.String && _pairMerges.Count == 0)
            {
                _joinedMerges.Add(reader.GetString()!);
            }
            else if (reader.TokenType == JsonTokenType.StartArray && _joinedMerges.Count == 0)
            {
                var start = reader;
                _pairMerges.Add(TryReadPair(ref reader) ?? throw Unreadable(ref start));
            }
            else
            {
                throw Unreadable(ref reader);
            }

            if (_joinedMerges.Count + _pairMerges.Count > TokenizerJsonReader.MaximumTokens)
            {
                throw new CheckpointException($"{fileName} has more than {TokenizerJsonReader.MaximumTokens} merges.");
            }
        }
    }

    private (string Left, string Right)? TryReadPair(ref Utf8JsonReader reader)
    {
        if (!JsonParts.TryReadElement(ref reader) || reader.TokenType != JsonTokenType.String)
        {
            return null;
        }

        var left = Share(ref reader);
        if (!JsonParts.TryReadElement(ref reader) || reader.TokenType != JsonTokenType.String)
        {
            return null;
        }

        var right = Share(ref reader);
        return JsonParts.TryReadElement(ref reader) ? null : (left, right);
    }

    // The parts are tokens: one string for both saves most of the memory and the time.
    private string Share(ref Utf8JsonReader reader)
    {
        Span<char> buffer = stackalloc char[128];
        return reader.ValueSpan.Length <= buffer.Length
            && Vocabulary.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(buffer[..reader.CopyString(buffer)], out var token, out _)
            ? token
            : reader.GetString()!;
    }

    private CheckpointException TooMany() =>
        new($"{fileName} has more than {TokenizerJsonReader.MaximumTokens} tokens.");

    private CheckpointException Unreadable(ref Utf8JsonReader reader) =>
        new($"{fileName}: the merge {TokenizerJsonReader.Shorten(Raw(ref reader))} is neither 'left right' nor a pair, as the others are.");

    private static string Raw(ref Utf8JsonReader reader)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return document.RootElement.GetRawText();
    }
}
