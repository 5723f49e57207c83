using System.Diagnostics.CodeAnalysis;
using System.Text;
using GGUFPacker.Packerfile.Syntax;

namespace GGUFPacker.Packerfile.Variables;

/// <summary>
/// A shell pattern: <c>?</c> is any character but a line feed, <c>*</c> any number of them, a backslash takes the meaning from these.
/// Matching advances all possible matches together, best first, so its time is at most text length times pattern length.
/// </summary>
internal sealed class ShellPattern
{
    private const int AnyOne = -1;
    private const int AnyNumber = -2;

    private readonly int[] _tokens;
    private readonly bool _greedy;

    private ShellPattern(int[] tokens, bool greedy)
    {
        _tokens = tokens;
        _greedy = greedy;
    }

    /// <summary>Reads a pattern.</summary>
    /// <param name="text">The pattern.</param>
    /// <param name="greedy">Whether <c>*</c> takes as much as it can.</param>
    /// <param name="reversed">Whether the pattern is to be matched from a text's end.</param>
    /// <param name="pattern">The pattern read.</param>
    /// <param name="badEscape">The escape that means nothing, if it cannot be read.</param>
    public static bool TryParse(string text, bool greedy, bool reversed, [NotNullWhen(true)] out ShellPattern? pattern, out string badEscape)
    {
        pattern = null;
        badEscape = "";
        var tokens = new List<int>();
        var characters = CodePoints(text);
        for (var i = 0; i < characters.Length; i++)
        {
            var c = characters[i];
            if (c == '\\')
            {
                // } and / are escaped for the substitution around the pattern, the others for the pattern itself.
                i++;
                if (i >= characters.Length || characters[i] is not ('}' or '/' or '*' or '?' or '\\'))
                {
                    badEscape = i < characters.Length ? "\\" + char.ConvertFromUtf32(characters[i]) : "\\";
                    return false;
                }

                tokens.Add(characters[i]);
            }
            else
            {
                tokens.Add(c switch { '*' => AnyNumber, '?' => AnyOne, _ => c });
            }
        }

        if (reversed)
        {
            tokens.Reverse();
        }

        pattern = new([.. tokens], greedy);
        return true;
    }

    /// <summary>The text without what the pattern matches at its start.</summary>
    public string TrimStart(string value)
    {
        var text = CodePoints(value);
        return Match(text, 0, anchored: true) is var (_, end) ? Text(text.AsSpan(end)) : value;
    }

    /// <summary>The text without what the pattern, which was read reversed, matches at its end.</summary>
    public string TrimEnd(string value)
    {
        var text = CodePoints(SourceText.Scrub(value));
        Array.Reverse(text);
        var rest = Match(text, 0, anchored: true) is var (_, end) ? text[end..] : text;
        Array.Reverse(rest);
        return Text(rest);
    }

    /// <summary>The text with the first match replaced.</summary>
    public string ReplaceFirst(string value, string replacement)
    {
        var text = CodePoints(value);
        return Match(text, 0, anchored: false) is var (start, end)
            ? Text(text.AsSpan(0, start)) + replacement + Text(text.AsSpan(end))
            : value;
    }

    /// <summary>The text with every match replaced; <c>$0</c> in the replacement is the match, as in Go's ReplaceAllString.</summary>
    public string ReplaceAll(string value, string replacement)
    {
        var text = CodePoints(value);
        var result = new StringBuilder();
        int copied = 0, position = 0;
        while (position <= text.Length && result.Length <= PackerfileLimits.ExpandedLength && Match(text, position, anchored: false) is var (start, end))
        {
            result.Append(Text(text.AsSpan(copied, start - copied)));

            // An empty match right behind the last one does not count.
            if (end > copied || start == 0)
            {
                ReplacementTemplate.Append(result, replacement, Text(text.AsSpan(start, end - start)));
            }

            copied = end;
            position = end > position ? end : position + 1;
        }

        return result.Append(Text(text.AsSpan(copied))).ToString();
    }

    private (int Start, int End)? Match(int[] text, int from, bool anchored)
    {
        var threads = new List<(int Token, int Start)>();
        var next = new List<(int Token, int Start)>();
        var seen = new int[_tokens.Length + 1];
        (int Start, int End)? best = null;
        for (var position = from; ; position++)
        {
            // Threads stand in order of preference; a new start is the least preferred.
            next.Clear();
            var stamp = position - from + 1;
            foreach (var (token, start) in threads)
            {
                if (token < _tokens.Length && Accepts(_tokens[token], text[position - 1]))
                {
                    AddThread(next, seen, stamp, _tokens[token] == AnyNumber ? token : token + 1, start);
                }
            }

            if (best is null && (position == from || !anchored))
            {
                AddThread(next, seen, stamp, 0, position);
            }

            (threads, next) = (next, threads);
            var matched = threads.FindIndex(t => t.Token == _tokens.Length);
            if (matched >= 0)
            {
                best = (threads[matched].Start, position);
                threads.RemoveRange(matched, threads.Count - matched);
            }

            if (position >= text.Length || (threads.Count == 0 && (best is not null || anchored)))
            {
                return best;
            }
        }
    }

    // A star is a thread that stays and one that goes on; which of them is preferred makes it greedy or not.
    private void AddThread(List<(int Token, int Start)> threads, int[] seen, int stamp, int token, int start)
    {
        for (var first = threads.Count; ; token++)
        {
            if (seen[token] == stamp)
            {
                return;
            }

            seen[token] = stamp;
            threads.Insert(_greedy ? threads.Count : first, (token, start));
            if (token == _tokens.Length || _tokens[token] != AnyNumber)
            {
                return;
            }
        }
    }

    private static bool Accepts(int token, int character) => token < 0 ? character != '\n' : token == character;

    // A byte that is no UTF-8 is a character of its own.
    private static int[] CodePoints(string text)
    {
        var points = new List<int>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                points.Add(char.ConvertToUtf32(text[i], text[++i]));
            }
            else
            {
                points.Add(text[i]);
            }
        }

        return [.. points];
    }

    private static string Text(ReadOnlySpan<int> points)
    {
        var text = new StringBuilder(points.Length);
        foreach (var point in points)
        {
            if (point < 0x10000)
            {
                text.Append((char)point);
            }
            else
            {
                text.Append(char.ConvertFromUtf32(point));
            }
        }

        return text.ToString();
    }
}
