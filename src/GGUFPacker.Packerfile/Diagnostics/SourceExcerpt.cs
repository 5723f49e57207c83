using System.Globalization;
using System.Text;
using GGUFPacker.Packerfile.Syntax;

namespace GGUFPacker.Packerfile.Diagnostics;

/// <summary>The lines of a file that a diagnostic is about, with those around them, in the form that docker and buildx print.</summary>
public static class SourceExcerpt
{
    private const string Rule = "--------------------\n";

    // A line may have 64 KiB; an excerpt is for eyes.
    private const int MaxLine = 200;
    private const int MaxLines = 40;

    /// <summary>The excerpt; empty if the place is the whole file or lies outside of it.</summary>
    /// <param name="text">The file.</param>
    /// <param name="span">The place.</param>
    /// <param name="name">The name that the excerpt begins with.</param>
    public static string Of(ReadOnlySpan<byte> text, SourceSpan span, string name)
    {
        var lines = SourceText.Decode(text).Split('\n');
        var (start, end) = (span.StartLine, Math.Min(span.EndLine, lines.Length));
        if (start < 1 || start > lines.Length || end < start)
        {
            return "";
        }

        // Two lines around a place of several, one more around a single one, as far as the file has them.
        var (first, last) = (start, end);
        for (var padding = 0; padding < (start == end ? 4 : 2); padding++)
        {
            if (first > 1)
            {
                first--;
                padding++;
            }

            if (last != lines.Length)
            {
                last++;
                padding++;
            }
        }

        var excerpt = new StringBuilder();
        excerpt.Append(CultureInfo.InvariantCulture, $"{name}:{start}\n").Append(Rule);
        for (var line = first; line <= Math.Min(last, first + MaxLines); line++)
        {
            var content = lines[line - 1];
            excerpt.Append(CultureInfo.InvariantCulture, $" {line,3} | {(line >= start && line <= end ? ">>>" : "   ")} ");
            excerpt.Append(content.Length <= MaxLine ? content : content[..MaxLine] + "…").Append('\n');
        }

        return excerpt.Append(Rule).ToString();
    }
}
