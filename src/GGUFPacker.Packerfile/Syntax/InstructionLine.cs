using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Packerfile.Syntax;

/// <summary>Takes a joined line apart: name, flags, arguments.</summary>
internal static class InstructionLine
{
    /// <summary>Takes name and flags off the front.</summary>
    public static (string Keyword, ImmutableArray<string> Flags, string Arguments) Split(string text, char escape)
    {
        var line = text.Trim();
        var end = line.AsSpan().IndexOfAny(Grammar.Blanks);
        if (end < 0)
        {
            return (line, [], "");
        }

        var rest = FlagSplitter.Split(line[end..].TrimStart(Grammar.Blanks), escape, out var flags).Trim();
        return (line[..end], flags, rest);
    }

    /// <summary>Reads the arguments in the form that the instruction has them.</summary>
    /// <param name="keyword">The instruction's name.</param>
    /// <param name="text">What follows name and flags.</param>
    /// <param name="escape">The escape character.</param>
    /// <param name="arguments">The arguments; for LABEL name, value and separator of each pair.</param>
    /// <param name="isJson">Whether they were a JSON array.</param>
    /// <returns>Code and message of what is wrong; null if nothing is.</returns>
    public static (string Code, string Message)? ReadArguments(
        string keyword, string text, char escape, out ImmutableArray<string> arguments, out bool isJson)
    {
        isJson = false;
        var form = Grammar.FormOf(keyword);
        if (form is ArgumentForm.Words or ArgumentForm.Text)
        {
            var json = JsonArguments.Read(text, out arguments);
            isJson = json == JsonForm.Strings;
            if (json == JsonForm.OtherValues)
            {
                return (DiagnosticCodes.JsonNotStrings, $"The JSON form of {keyword} may hold strings only: put quotes around each argument.");
            }

            if (isJson)
            {
                return null;
            }
        }

        arguments = form switch
        {
            ArgumentForm.Text => text.Length == 0 ? [] : [text],
            ArgumentForm.Words or ArgumentForm.PlainWords => [.. text.Split(Grammar.Blanks, StringSplitOptions.RemoveEmptyEntries)],
            ArgumentForm.QuotedWords => WordSplitter.Split(text, escape),
            ArgumentForm.Pairs => [],
            _ => [""],
        };
        return form == ArgumentForm.Pairs ? ReadPairs(keyword, text, escape, out arguments) : null;
    }

    // Two forms: 'LABEL name=value …' and the old 'LABEL name value'; the first word decides.
    private static (string Code, string Message)? ReadPairs(string keyword, string text, char escape, out ImmutableArray<string> arguments)
    {
        arguments = [];
        var words = WordSplitter.Split(text, escape);
        if (words.IsEmpty)
        {
            return null;
        }

        if (!words[0].Contains('=', StringComparison.Ordinal))
        {
            var end = text.AsSpan().IndexOfAny(Grammar.Blanks);
            if (end < 0)
            {
                return (DiagnosticCodes.InvalidLabel, $"{keyword} '{words[0]}' has no value: write {words[0]}=value.");
            }

            arguments = [text[..end], text[end..].TrimStart(Grammar.Blanks), ""];
            return null;
        }

        var pairs = ImmutableArray.CreateBuilder<string>(words.Length * 3);
        foreach (var word in words)
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                return (DiagnosticCodes.InvalidLabel, $"'{word}' has no '=': every argument of {keyword} must be name=value.");
            }

            pairs.AddRange(word[..equals], word[(equals + 1)..], "=");
        }

        arguments = pairs.ToImmutable();
        return null;
    }
}
