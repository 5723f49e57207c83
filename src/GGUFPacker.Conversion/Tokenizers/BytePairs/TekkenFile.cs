using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers.BytePairs;

/// <summary>Mistral's tekken.json: ranks of a BPE, and special tokens, which come before them in the ids.</summary>
internal sealed record TekkenFile
{
    /// <summary>The file's usual name.</summary>
    public const string FileName = "tekken.json";

    // Files of version 7 and before may leave them out.
    private static readonly ImmutableArray<string> OlderSpecialTokens =
    [
        "<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]", "[/TOOL_RESULTS]", "[TOOL_CALLS]", "[IMG]",
        "<pad>", "[IMG_BREAK]", "[IMG_END]", "[PREFIX]", "[MIDDLE]", "[SUFFIX]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[TOOL_CONTENT]",
    ];

    /// <summary>The version, such as v13.</summary>
    public required string Version { get; init; }

    /// <summary>The special tokens by id, with fillers for those that have no text.</summary>
    public required ImmutableArray<string> SpecialTokens { get; init; }

    /// <summary>The other tokens; a token's id is its rank and the number of special tokens.</summary>
    public required BytePairRanks Ranks { get; init; }

    /// <summary>Reads the file.</summary>
    /// <param name="files">The checkpoint.</param>
    /// <param name="name">The file's name.</param>
    /// <exception cref="CheckpointException">It is not what it must be.</exception>
    public static TekkenFile Read(CheckpointFiles files, string name)
    {
        var parts = TekkenReader.Read(files, name);
        var version = parts.Config.Text("version") ?? throw new CheckpointException($"{name}: its config has no version.");
        var size = ReadCount(parts.Config, "default_vocab_size", name);
        var specialCount = ReadCount(parts.Config, "default_num_special_tokens", name);
        var special = parts.SpecialTokens ?? (version is "v1" or "v2" or "v3" or "v7"
            ? OlderSpecialTokens
            : throw new CheckpointException($"{name}: a file of version {version} must list its special tokens."));
        if (special.Length > specialCount || specialCount > size || special.Distinct(StringComparer.Ordinal).Count() != special.Length)
        {
            throw new CheckpointException($"{name} lists {special.Length} special tokens for {specialCount} ids of {size}; they must be different, and fit.");
        }

        if (parts.Ranks.Count < size - specialCount)
        {
            throw new CheckpointException(
                $"{name} has {parts.Ranks.Count} tokens; with {specialCount} special ones they do not make {size} (default_vocab_size).");
        }

        return new TekkenFile
        {
            Version = version,
            SpecialTokens = [.. special, .. Enumerable.Range(special.Length, specialCount - special.Length).Select(id => $"<SPECIAL_{id}>")],
            Ranks = Take(parts.Ranks, size - specialCount, name),
        };
    }

    /// <summary>The id of a special token.</summary>
    /// <exception cref="CheckpointException">There is none of this text.</exception>
    public uint IdOf(string token) => SpecialTokens.IndexOf(token, StringComparer.Ordinal) is >= 0 and var id
        ? (uint)id
        : throw new CheckpointException($"{FileName} has no special token '{token}'.");

    // The vocabulary may list more tokens than the model has.
    private static BytePairRanks Take(List<byte[]> tokens, int count, string name)
    {
        var ranks = new BytePairRanks(name);
        for (var rank = 0; rank < count; rank++)
        {
            if (rank < 256 && !(tokens[rank].Length == 1 && tokens[rank][0] == rank))
            {
                throw new CheckpointException($"{name}: the token of rank {rank} is not the byte {rank}.");
            }

            ranks.Add(tokens[rank], rank);
        }

        return ranks;
    }

    private static int ReadCount(JsonElement config, string key, string name) =>
        config.Property(key) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var count)
            && count is >= 0 and <= TokenizerJsonReader.MaximumTokens
            ? count
            : throw new CheckpointException($"{name}: its config has no {key}, or it is no number from 0 to {TokenizerJsonReader.MaximumTokens}.");
}
