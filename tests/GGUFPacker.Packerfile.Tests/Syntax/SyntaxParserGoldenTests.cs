using System.Text;
using System.Text.Json;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Syntax;
using GGUFPacker.Testing;

namespace GGUFPacker.Packerfile.Tests.Syntax;

/// <summary>goldens/language/parser: what BuildKit's parser makes of files.</summary>
/// <remarks>
/// Intended differences, by rule:
/// lines of errors are those at fault, where the reference names the line before (directives, over-long lines) or the number of lines (empty file);
/// an over-long line is always called that, where the reference may say that a heredoc has no end or the file no instruction;
/// flags are read by character, where the reference reads bytes as Latin-1, so that <c>--imatrix=größe.dat</c> names that file;
/// after an error we go on, so there may be more of them.
/// </remarks>
public sealed class SyntaxParserGoldenTests
{
    private static readonly string[] File = ["language", "parser", "cases.json"];

    public static IEnumerable<TheoryDataRow<string>> Rows => GoldenRows.Names(File);

    [Theory]
    [GoldenData(nameof(Rows))]
    public void File_is_parsed_as_by_the_reference(string name)
    {
        var row = GoldenRows.Row(name, File);
        SkipOtherDialects(row);
        var input = row.GetProperty("input").Bytes();
        var tree = SyntaxParser.Parse(input, "f");
        var result = row.GetProperty("result");
        if (result.TryGetProperty("error", out var error))
        {
            AssertError(error, input, tree);
            return;
        }

        Assert.DoesNotContain(tree.Diagnostics, d => d.Severity == DiagnosticSeverity.Error);
        Assert.Equal(result.GetProperty("escape").GetString(), tree.Escape.ToString());
        Assert.Equal(
            result.GetProperty("warnings").EnumerateArray().Select(w => w.GetProperty("line").GetInt32()),
            tree.Diagnostics.Where(d => d.Rule == "NoEmptyContinuation").Select(d => d.Span.StartLine));
        Assert.Equal(
            result.GetProperty("ast").EnumerateArray().Select(Describe),
            tree.Instructions.Select(Describe));
    }

    [Theory]
    [GoldenData(nameof(Rows))]
    public void Directives_are_found_as_by_the_reference(string name)
    {
        var row = GoldenRows.Row(name, File);
        var input = row.GetProperty("input").Bytes();
        var reader = new DirectiveReader();
        var found = new List<string>();
        var isRepeated = false;
        var lines = SourceText.Decode(input).Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var kind = reader.Read(lines[i].TrimEnd('\r'), out var directive, out var value);
            if (kind != DirectiveLine.Directive)
            {
                isRepeated = kind == DirectiveLine.Repeated;
                break;
            }

            found.Add($"{i + 1} {directive}={value}");
        }

        Assert.Equal(
            row.GetProperty("directives").EnumerateArray().Select(
                d => $"{d.GetProperty("line").GetInt32()} {d.GetProperty("name").GetString()}={d.GetProperty("value").Text()}"),
            found);
        Assert.Equal(row.TryGetProperty("directivesError", out _), isRepeated);
        AssertDirective(row.GetProperty("detectSyntax"), SyntaxDirective.Detect(input));
        AssertDirective(row.GetProperty("checkDirective"), SyntaxDirective.Find("check", input));
    }

    private static void SkipOtherDialects(JsonElement row)
    {
        if (row.GetProperty("dialect").GetString() != "common")
        {
            Assert.Skip("the file uses instructions of a Dockerfile that a GGUFPackerfile does not have");
        }
    }

    private static void AssertDirective(JsonElement expected, SyntaxDirective? actual)
    {
        if (expected.ValueKind == JsonValueKind.Null)
        {
            Assert.Null(actual);
            return;
        }

        Assert.Equal(
            (expected.GetProperty("value").Text(), expected.GetProperty("cmdline").Text(), expected.GetProperty("line").GetInt32()),
            actual is null ? default : (actual.Image, actual.Value, actual.Line));
    }

    private static void AssertError(JsonElement error, byte[] input, SyntaxTree tree)
    {
        var code = HasOverlongLine(input) ? DiagnosticCodes.LineTooLong : ReferenceErrors.CodeOf(error.GetProperty("text").Text());
        var diagnostic = tree.Diagnostics.FirstOrDefault(d => d.Code == code);
        Assert.NotNull(diagnostic);
        int[] lines = [.. error.GetProperty("lines")[0].EnumerateArray().Select(l => l.GetInt32())];
        switch (code)
        {
            case DiagnosticCodes.EmptyFile:
                Assert.Equal(SourceSpan.File("f"), diagnostic.Span);
                break;
            case DiagnosticCodes.LineTooLong:
                Assert.True(diagnostic.Span.StartLine > lines[0]);
                break;
            case DiagnosticCodes.InvalidEscape or DiagnosticCodes.DirectiveRepeated:
                Assert.Equal(lines[0] + 1, diagnostic.Span.StartLine);
                break;
            default:
                Assert.Equal((lines[0], lines[^1]), (diagnostic.Span.StartLine, diagnostic.Span.EndLine));
                break;
        }
    }

    private static bool HasOverlongLine(byte[] input) => SourceText.Decode(input).Split('\n').Any(l => SourceText.Encode(l).Length > 65535);

    private static string Describe(JsonElement node)
    {
        var heredocs = node.GetProperty("heredocs").EnumerateArray().Select(h =>
            $"{h.GetProperty("name").Text()}|{h.GetProperty("fileDescriptor").GetUInt64()}|{h.GetProperty("expand").GetBoolean()}|"
            + $"{h.GetProperty("chomp").GetBoolean()}|{h.GetProperty("content").Text()}");
        var flags = node.GetProperty("flags").Texts();
        return Describe(
            node.GetProperty("instruction").Text(),
            node.GetProperty("original").Text(),
            node.GetProperty("startLine").GetInt32(),
            node.GetProperty("endLine").GetInt32(),
            flags,
            node.GetProperty("args").Texts(),
            node.GetProperty("attributes").TryGetProperty("json", out _),
            heredocs,
            node.GetProperty("prevComments").Texts());
    }

    private static string Describe(SyntaxInstruction node) => Describe(
        node.Keyword,
        node.Text,
        node.Span.StartLine,
        node.Span.EndLine,
        node.Flags.Select(AsBytes),
        node.Arguments,
        node.IsJson,
        node.Heredocs.Select(h => $"{h.Name}|{h.FileDescriptor}|{h.Expand}|{h.Chomp}|{h.Content}"),
        node.Comments);

    // What the reference makes of a flag of ours: each byte a character, cut where that is a blank.
    private static string AsBytes(string flag)
    {
        var latin = Encoding.Latin1.GetString(SourceText.Encode(flag));
        var blank = latin.AsSpan().IndexOfAny('\u0085', '\u00A0');
        return blank < 0 ? latin : latin[..blank];
    }

    private static string Describe(
        string keyword,
        string text,
        int start,
        int end,
        IEnumerable<string> flags,
        IEnumerable<string> arguments,
        bool isJson,
        IEnumerable<string> heredocs,
        IEnumerable<string> comments) =>
        JsonSerializer.Serialize(new { keyword, text, start, end, flags, arguments, isJson, heredocs, comments });
}
