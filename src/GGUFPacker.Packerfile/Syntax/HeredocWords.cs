using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using GGUFPacker.Packerfile.Variables;

namespace GGUFPacker.Packerfile.Syntax;

/// <summary>Finds the words of a line that open a heredoc.</summary>
internal static partial class HeredocWords
{
    private static readonly IReadOnlyDictionary<string, string> NoVariables = ImmutableDictionary<string, string>.Empty;

    // The escape character of a heredoc word is always the backslash.
    private static readonly ShellLexerOptions LineOptions = new() { Escape = '\\', RawQuotes = true, RawEscapes = true, KeepUnset = true };
    private static readonly ShellLexerOptions WordOptions = new() { Escape = '\\', KeepUnset = true };
    private static readonly ShellLexerOptions RawWordOptions = WordOptions with { RawQuotes = true };

    /// <summary>The heredocs that a line opens, in order; none if the line's quotes or substitutions are broken.</summary>
    public static ImmutableArray<Heredoc> Find(string line)
    {
        if (!line.Contains("<<", StringComparison.Ordinal))
        {
            return [];
        }

        try
        {
            return [.. ShellLexer.Run(line, NoVariables, LineOptions).Words.Select(TryParse).OfType<Heredoc>()];
        }
        catch (ExpansionException)
        {
            return [];
        }
    }

    /// <summary>Reads one word; null if it opens no heredoc.</summary>
    public static Heredoc? TryParse(string word)
    {
        var match = Pattern().Match(word);
        if (!match.Success || match.Groups[3].Length == 0)
        {
            return null;
        }

        try
        {
            var rest = match.Groups[3].Value;
            var words = ShellLexer.Run(rest, NoVariables, WordOptions).Words;
            var rawWords = ShellLexer.Run(rest, NoVariables, RawWordOptions).Words;
            return words is [var name] && rawWords is [var rawName]
                ? new()
                {
                    Name = name,
                    FileDescriptor = ReadDescriptor(match.Groups[1].Value),
                    Chomp = match.Groups[2].Length > 0,
                    Expand = CountQuotes(name) == CountQuotes(rawName),
                }
                : null;
        }
        catch (ExpansionException)
        {
            return null;
        }
    }

    /// <summary>A body without the tabs that begin its lines.</summary>
    public static string TrimTabs(string content) => LeadingTabs().Replace(content, "");

    private static ulong ReadDescriptor(string digits) =>
        ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var descriptor) ? descriptor : 0;

    private static int CountQuotes(string word) => word.Count(c => c is '\'' or '"');

    [GeneratedRegex(@"^([0-9]*)<<(-?)[\t\n\f\r ]*([^<]*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();

    [GeneratedRegex(@"^\t+", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex LeadingTabs();
}
