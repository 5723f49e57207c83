using System.Collections.Immutable;

namespace GGUFPacker.Packerfile.Syntax;

/// <summary>The instructions of the language and the form of their arguments.</summary>
internal static class Grammar
{
    /// <summary>The characters that part words: those of BuildKit's grammar, which are fewer than Unicode's.</summary>
    public static char[] Blanks { get; } = ['\t', '\v', '\f', '\r', ' '];

    /// <summary>The instructions' names in upper case.</summary>
    public static ImmutableArray<string> Keywords { get; } = ["ADD", "ARG", "CAT", "CMD", "CONVERT", "COPY", "FROM", "LABEL", "QUANTIZE"];

    /// <summary>Whether an instruction begins a stage.</summary>
    public static bool IsFrom(string keyword) => keyword.Equals("FROM", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether heredocs may be arguments.</summary>
    public static bool TakesHeredocs(string keyword) => keyword.ToUpperInvariant() is "ADD" or "CAT" or "COPY";

    /// <summary>How the arguments of an instruction are read.</summary>
    public static ArgumentForm FormOf(string keyword) => keyword.ToUpperInvariant() switch
    {
        "ADD" or "COPY" or "CAT" or "CONVERT" or "QUANTIZE" => ArgumentForm.Words,
        "FROM" => ArgumentForm.PlainWords,
        "CMD" => ArgumentForm.Text,
        "ARG" => ArgumentForm.QuotedWords,
        "LABEL" => ArgumentForm.Pairs,
        _ => ArgumentForm.Unknown,
    };
}
