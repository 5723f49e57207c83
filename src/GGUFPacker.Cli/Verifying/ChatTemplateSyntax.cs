using System.Globalization;
using System.Text.RegularExpressions;

namespace GGUFPacker.Cli.Verifying;

/// <summary>
/// Whether a Jinja template is plausible: every tag is closed, and every block that is opened is ended by its own end. Expressions are not parsed.
/// </summary>
internal static partial class ChatTemplateSyntax
{
    private static readonly string[] s_blocks = ["if", "for", "macro", "call", "filter", "raw", "generation", "block", "with", "autoescape", "trans"];

    [GeneratedRegex(@"\{%[-+]?\s*endraw\b", RegexOptions.CultureInvariant)]
    private static partial Regex EndOfRaw { get; }

    /// <summary>What is wrong; null if nothing is.</summary>
    public static string? FindFault(string template)
    {
        var open = new Stack<(string Name, int Line)>();
        for (var at = NextTag(template, 0); at >= 0; at = NextTag(template, at))
        {
            var line = LineOf(template, at);
            var kind = template[at + 1];
            var end = kind == '#' ? template.IndexOf("#}", at + 2, StringComparison.Ordinal) : EndOfTag(template, at + 2, kind == '%' ? "%}" : "}}");
            if (end < 0)
            {
                return Text($"line {line}: '{template.Substring(at, 2)}' is not closed");
            }

            if (kind == '%' && Step(template[(at + 2)..end], line, open) is { } fault)
            {
                return fault;
            }

            at = end + 2;
            if (open.TryPeek(out var raw) && raw.Name == "raw")
            {
                // Nothing is a tag until the end of it.
                at = EndOfRaw.Match(template, at) is { Success: true } ending ? ending.Index : template.Length;
            }
        }

        return open.TryPop(out var left) ? Text($"line {left.Line}: '{left.Name}' is never ended") : null;
    }

    private static string? Step(string tag, int line, Stack<(string Name, int Line)> open)
    {
        var content = tag.AsSpan().Trim().TrimStart("-+").TrimEnd("-+").Trim();
        var length = content.IndexOfAny(' ', '\t', '\n') is >= 0 and var blank ? blank : content.Length;
        var word = content[..length].ToString();
        if (s_blocks.Contains(word, StringComparer.Ordinal) || (word == "set" && !content.Contains('=')))
        {
            open.Push((word, line));
            return null;
        }

        if (word is "else" or "elif")
        {
            return open.TryPeek(out var around) && around.Name is "if" or "for" ? null : Text($"line {line}: '{word}' stands outside of an 'if'");
        }

        if (!word.StartsWith("end", StringComparison.Ordinal))
        {
            return null;
        }

        return !open.TryPop(out var last) ? Text($"line {line}: '{word}' ends nothing")
            : last.Name == word[3..] ? null
            : Text($"line {line}: '{word}' ends the '{last.Name}' of line {last.Line}");
    }

    private static int NextTag(string template, int from)
    {
        for (var at = from; at + 1 < template.Length; at++)
        {
            if (template[at] == '{' && template[at + 1] is ('{' or '%' or '#'))
            {
                return at;
            }
        }

        return -1;
    }

    // What looks like an end within quotes is text.
    private static int EndOfTag(string template, int from, string end)
    {
        var quote = '\0';
        var braces = 0;
        for (var at = from; at < template.Length; at++)
        {
            var c = template[at];
            if (quote != '\0')
            {
                at += c == '\\' ? 1 : 0;
                quote = c == quote ? '\0' : quote;
            }
            else if (c is '\'' or '"')
            {
                quote = c;
            }
            else if (braces == 0 && string.CompareOrdinal(template, at, end, 0, 2) == 0)
            {
                return at;
            }
            else
            {
                // A dictionary may end right before the tag does.
                braces = Math.Max(0, braces + (c == '{' ? 1 : c == '}' ? -1 : 0));
            }
        }

        return -1;
    }

    private static int LineOf(string template, int at) => template.AsSpan(0, at).Count('\n') + 1;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
