using System.Text;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Metadata;

/// <summary>Reads the front matter of a model card: the YAML at the top of README.md, between lines of three dashes.</summary>
internal static class ModelCard
{
    private const int MaximumBytes = 16 << 20;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The members of the front matter; none if there is no card or it has no front matter.</summary>
    /// <exception cref="CheckpointException">The card is not UTF-8 or its front matter no YAML.</exception>
    public static IReadOnlyDictionary<string, MetadataValue?> Read(CheckpointFiles files)
    {
        if (!files.Exists("README.md"))
        {
            return new Dictionary<string, MetadataValue?>();
        }

        string text;
        try
        {
            text = StrictUtf8.GetString(files.ReadAllBytes("README.md", MaximumBytes));
        }
        catch (DecoderFallbackException exception)
        {
            throw new CheckpointException($"Cannot read README.md of '{files.Name}': it is not UTF-8.", exception);
        }

        return FrontMatter(text) is { } yaml && YamlReader.Read(yaml) is MetadataValue.Mapping mapping
            ? mapping.Members
            : new Dictionary<string, MetadataValue?>();
    }

    /// <summary>The front matter, or null. Without a closing line all of the card is front matter.</summary>
    private static string? FrontMatter(string text)
    {
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Split(['\n', '\r', '\v', '\f', '\x1c', '\x1d', '\x1e', '\x85', '\u2028', '\u2029']);
        if (lines[0] != "---")
        {
            return null;
        }

        var yaml = string.Concat(lines.Skip(1).TakeWhile(line => line != "---").Select(line => line + "\n"));

        // Norwegian in a list is meant as a language, and YAML allows no tabs; llama.cpp mends both.
        return yaml.Replace("- no\n", "- \"no\"\n", StringComparison.Ordinal).Replace("\t", "  ", StringComparison.Ordinal);
    }
}
