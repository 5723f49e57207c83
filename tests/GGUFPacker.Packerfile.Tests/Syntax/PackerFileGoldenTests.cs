using System.Text.Json;
using System.Text.RegularExpressions;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Syntax;
using GGUFPacker.Testing;

namespace GGUFPacker.Packerfile.Tests.Syntax;

/// <summary>goldens/packer/units/files: what the original's own copy of an older parser makes of files.</summary>
public sealed class PackerFileGoldenTests
{
    /// <summary>Files that the newest BuildKit's rules, which hold here, read otherwise.</summary>
    private static readonly (string Pattern, string Reason)[] IntendedDifferences =
    [
        (@"<<[ \t]+\w", "a blank may stand between << and the word"),
        (@"'[^'\n]*\\'", "a backslash hides no single quote, and a word whose quote is not closed is kept"),
        ("^(CONVERT|QUANTIZE) .*<<", "a heredoc where a file must be is an error, and its lines are no instructions"),
    ];

    private static readonly string[] Path = ["packer", "units", "files.json"];

    public static IEnumerable<TheoryDataRow<int>> Rows => Enumerable.Range(0, GoldenRows.Read(Path).Count).Select(index => new TheoryDataRow<int>(index));

    [Theory]
    [GoldenData(nameof(Rows))]
    public void File_is_parsed_as_by_the_original(int index)
    {
        var row = GoldenRows.Read(Path)[index];
        var text = Regex.Replace(row.GetProperty("file").Text(), "<([0-9]+) times (.)>", match => new string(match.Groups[2].Value[0], int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)));
        if (Array.Find(IntendedDifferences, difference => Regex.IsMatch(text, difference.Pattern, RegexOptions.Multiline)).Reason is { } reason)
        {
            Assert.Skip("Intended difference: " + reason + ".");
        }

        var tree = SyntaxParser.Parse(SourceText.Encode(text), "f");
        if (row.TryGetProperty("error", out _))
        {
            Assert.Contains(tree.Diagnostics, diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
            return;
        }

        Assert.Equal(row.GetProperty("escapeToken").GetString(), tree.Escape.ToString());
        Assert.Equal(row.GetProperty("nodes").EnumerateArray().Select(Describe), tree.Instructions.Select(Describe));
    }

    private static string Describe(JsonElement node)
    {
        var heredocs = node.TryGetProperty("heredocs", out var all)
            ? all.EnumerateArray().Select(h => $"{h.GetProperty("name").Text()} {h.GetProperty("fd")} {h.GetProperty("chomp")} {h.GetProperty("expand")} {h.GetProperty("content").Text()}")
            : [];
        var flags = node.TryGetProperty("flags", out var given) ? given.Texts() : [];
        var lines = node.GetProperty("lines");
        return $"{node.GetProperty("instruction").Text()} {lines[0]}-{lines[1]} {node.GetProperty("json")} [{string.Join('|', flags)}] [{string.Join('|', node.GetProperty("words").Texts())}] "
            + $"[{string.Join('|', heredocs)}] {node.GetProperty("original").Text()}";
    }

    private static string Describe(SyntaxInstruction instruction)
    {
        var heredocs = instruction.Heredocs.Select(h => $"{h.Name} {h.FileDescriptor} {h.Chomp} {h.Expand} {h.Content}");
        return $"{instruction.Keyword} {instruction.Span.StartLine}-{instruction.Span.EndLine} {instruction.IsJson} [{string.Join('|', instruction.Flags)}] [{string.Join('|', instruction.Arguments)}] "
            + $"[{string.Join('|', heredocs)}] {instruction.Text}";
    }
}
