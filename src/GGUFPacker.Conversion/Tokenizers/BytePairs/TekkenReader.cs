using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers.BytePairs;

/// <summary>Reads what a tekken.json says, list by list.</summary>
internal static class TekkenReader
{
    /// <summary>Reads the file: its config, the tokens' bytes by rank, and the special tokens, if it lists them.</summary>
    /// <exception cref="CheckpointException">It is not what it must be.</exception>
    public static (JsonElement Config, List<byte[]> Ranks, ImmutableArray<string>? SpecialTokens) Read(CheckpointFiles files, string name)
    {
        var config = default(JsonElement);
        var ranks = new List<byte[]>();
        ImmutableArray<string>? special = null;
        JsonParts.ReadFile(files, name, (ref Utf8JsonReader reader, string member) =>
        {
            switch (member)
            {
                case "config":
                    config = JsonParts.ReadElement(ref reader, name);
                    break;
                case "vocab" when reader.TokenType == JsonTokenType.StartArray:
                    ReadTokens(ref reader, name, ranks);
                    break;
                case "special_tokens" when reader.TokenType == JsonTokenType.StartArray:
                    special = ReadSpecialTokens(JsonParts.ReadElement(ref reader, name), name);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        });
        return (config, ranks, special);
    }

    private static void ReadTokens(ref Utf8JsonReader reader, string name, List<byte[]> tokens)
    {
        tokens.Clear();
        while (JsonParts.TryReadElement(ref reader))
        {
            byte[]? bytes = null;
            var rank = -1;
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                JsonParts.ReadMembers(ref reader, (ref Utf8JsonReader member, string key) =>
                {
                    switch (key)
                    {
                        case "token_bytes" when member.TokenType == JsonTokenType.String && member.TryGetBytesFromBase64(out var value):
                            bytes = value;
                            break;
                        case "rank" when member.TokenType == JsonTokenType.Number && member.TryGetInt32(out var value):
                            rank = value;
                            break;
                        default:
                            member.Skip();
                            break;
                    }
                });
            }

            if (bytes is null || rank != tokens.Count || rank == TokenizerJsonReader.MaximumTokens)
            {
                throw new CheckpointException(
                    $"{name}: the entry number {tokens.Count + 1} of its vocab is not the token of that rank, with its bytes in base64.");
            }

            tokens.Add(bytes);
        }
    }

    private static ImmutableArray<string> ReadSpecialTokens(JsonElement list, string name)
    {
        var tokens = ImmutableArray.CreateBuilder<string>();
        foreach (var element in list.EnumerateArray())
        {
            var isNext = element.Property("rank") is { ValueKind: JsonValueKind.Number } rank && rank.TryGetInt32(out var value) && value == tokens.Count;
            tokens.Add(isNext && element.Text("token_str") is { } token
                ? token
                : throw new CheckpointException($"{name}: the special token number {tokens.Count + 1} is not that of this rank, with its text."));
        }

        return tokens.ToImmutable();
    }
}
