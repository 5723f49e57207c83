using System.Globalization;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>Reads added tokens where they stand apart from tokenizer.json: added_tokens.json, and added_tokens_decoder of tokenizer_config.json.</summary>
internal static class AddedTokenFiles
{
    /// <summary>The members of added_tokens.json, in the file's order; none without the file.</summary>
    /// <exception cref="CheckpointException">An id is no whole number in range.</exception>
    public static IEnumerable<(string Token, int Id)> ReadAddedTokens(CheckpointFiles files)
    {
        if (CheckpointJson.ReadObjectIfPresent(files, "added_tokens.json") is not { } root)
        {
            yield break;
        }

        foreach (var member in root.EnumerateObject())
        {
            yield return TokenizerJsonReader.TryReadId(member.Value, out var id)
                ? (member.UnescapedName(), id)
                : throw new CheckpointException($"added_tokens.json: the id {member.Value.GetRawText()} of '{member.UnescapedName()}' is no token id.");
        }
    }

    /// <summary>The id that a member of added_tokens_decoder has as its name.</summary>
    /// <exception cref="CheckpointException">It is no whole number in range.</exception>
    public static int ReadDecoderId(JsonProperty member) =>
        int.TryParse(member.UnescapedName(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id < TokenizerJsonReader.MaximumTokens
            ? id
            : throw new CheckpointException($"tokenizer_config.json: added_tokens_decoder has the id '{member.UnescapedName()}', which is no token id.");
}
