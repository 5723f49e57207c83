using System.Text.Json;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Instructions;
using GGUFPacker.Packerfile.Variables;
using GGUFPacker.Testing;

namespace GGUFPacker.Packerfile.Tests.Instructions;

/// <summary>goldens/language/instructions: what BuildKit makes of instructions that the languages share.</summary>
/// <remarks>
/// Intended differences, by rule:
/// CMD is llama-server's arguments, so it takes a JSON form that begins with an option, and its arguments are expanded;
/// a file without a stage is an error, where the reference leaves that to its caller.
/// </remarks>
public sealed class InstructionGoldenTests
{
    private static readonly string[] File = ["language", "instructions", "cases.json"];

    public static IEnumerable<TheoryDataRow<string>> Rows => GoldenRows.Names(File);

    [Theory]
    [GoldenData(nameof(Rows))]
    public void Instructions_are_read_as_by_the_reference(string name)
    {
        var row = GoldenRows.Row(name, File);
        var document = PackerfileParser.Parse(row.GetProperty("input").Bytes(), "f");
        if (row.TryGetProperty("error", out var error))
        {
            AssertError(error, row.GetProperty("errorIn").GetString() == "parser", document);
            return;
        }

        var expected = new Expected();
        foreach (var argument in row.GetProperty("metaArgs").EnumerateArray())
        {
            expected.Add("global " + Describe(argument));
        }

        foreach (var stage in row.GetProperty("stages").EnumerateArray())
        {
            expected.Add(DescribeStage(stage));
            foreach (var command in stage.GetProperty("commands").EnumerateArray())
            {
                expected.AddCommand(command);
            }
        }

        if (row.GetProperty("stages").GetArrayLength() == 0)
        {
            expected.Errors.Add(DiagnosticCodes.NoStage);
        }

        Assert.Equal(expected.Errors, document.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d.Code));
        Assert.Equal(expected.Lines, Describe(document, row.TryGetProperty("env", out _) ? row.Variables() : null));
    }

    private static void AssertError(JsonElement error, bool isOfParser, PackerfileDocument document)
    {
        var sentence = error.GetProperty("text").Text();
        var code = ReferenceErrors.CodeOf(sentence);
        var diagnostic = document.Diagnostics.FirstOrDefault(d => d.Code == code);
        Assert.NotNull(diagnostic);
        var lines = error.GetProperty("lines")[0].EnumerateArray().Select(l => l.GetInt32()).ToArray();

        // An error about a directive names the line before it.
        var shift = isOfParser && code is DiagnosticCodes.InvalidEscape or DiagnosticCodes.DirectiveRepeated ? 1 : 0;
        Assert.Equal((lines[0] + shift, lines[^1] + shift), (diagnostic.Span.StartLine, diagnostic.Span.EndLine));
        if (ReferenceErrors.SuggestionIn(sentence) is { } suggestion)
        {
            Assert.Contains($"'{suggestion}'", diagnostic.Message, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<string> Describe(PackerfileDocument document, Dictionary<string, string>? variables)
    {
        var expander = new WordExpander(document.Escape);
        foreach (var argument in document.GlobalArguments)
        {
            yield return "global " + Describe(argument);
        }

        foreach (var stage in document.Stages)
        {
            yield return Json(new
            {
                name = stage.Name ?? "",
                baseName = stage.From.BaseName,
                origCmd = stage.From.Keyword,
                platform = stage.From.Platform ?? "",
                docComment = stage.From.Description ?? "",
                comments = stage.From.Comments,
                code = stage.From.Text,
                startLine = stage.From.Span.StartLine,
                endLine = stage.From.Span.EndLine,
            });
            foreach (var instruction in stage.Instructions)
            {
                yield return Describe(instruction);
                if (variables is null || instruction is CmdInstruction)
                {
                    continue;
                }

                string expanded;
                try
                {
                    expanded = Describe(instruction.Expand(expander, variables));
                }
                catch (ExpansionException e)
                {
                    expanded = e.Fault.ToString();
                }

                yield return "expanded " + expanded;
            }
        }
    }

    private static string DescribeStage(JsonElement stage) => Json(new
    {
        name = stage.GetProperty("name").Text(),
        baseName = stage.GetProperty("baseName").Text(),
        origCmd = stage.GetProperty("origCmd").Text(),
        platform = stage.GetProperty("platform").Text(),
        docComment = stage.GetProperty("docComment").Text(),
        comments = stage.GetProperty("comments").Texts(),
        code = stage.GetProperty("code").Text(),
        startLine = stage.GetProperty("startLine").GetInt32(),
        endLine = stage.GetProperty("endLine").GetInt32(),
    });

    private static string Describe(JsonElement command)
    {
        var fields = command.EnumerateObject()
            .Where(f => f.Name is not ("type" or "expanded" or "expandError" or "prependShell"))
            .ToDictionary(f => f.Name, f => f.Value);
        var sorted = new SortedDictionary<string, JsonElement>(fields, StringComparer.Ordinal);
        return command.GetProperty("type").GetString() + " " + JsonSerializer.Serialize(sorted);
    }

    private static string Describe(Instruction instruction)
    {
        var fields = new SortedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["name"] = instruction.Keyword,
            ["code"] = instruction.Text,
            ["startLine"] = instruction.Span.StartLine,
            ["endLine"] = instruction.Span.EndLine,
        };
        switch (instruction)
        {
            case ArgInstruction arg:
                fields["args"] = arg.Arguments.Select(a => new { key = a.Key, value = a.Value, docComment = a.Description ?? "" });
                break;
            case LabelInstruction label:
                fields["labels"] = label.Labels.Select(l => new { key = l.Key, value = l.Value, noDelim = l.IsLegacyForm });
                break;
            case CmdInstruction cmd:
                fields["cmdLine"] = cmd.Arguments;
                break;
            case CopyInstruction copy:
                DescribeFiles(fields, copy.Sources, copy.Heredocs, copy.Destination, copy.Owner, copy.Mode, copy.Link, copy.Exclude);
                fields["from"] = copy.From ?? "";
                fields["parents"] = copy.Parents;
                break;
            case AddInstruction add:
                DescribeFiles(fields, add.Sources, add.Heredocs, add.Destination, add.Owner, add.Mode, add.Link, add.Exclude);
                fields["checksum"] = add.Checksum ?? "";
                fields["keepGitDir"] = Switch(add.KeepGitDirectory);
                fields["unpack"] = Switch(add.Unpack);
                break;
        }

        return instruction.GetType().Name.Replace("Instruction", "", StringComparison.Ordinal).ToUpperInvariant() + " " + Json(fields);
    }

    private static void DescribeFiles(
        SortedDictionary<string, object?> fields,
        IEnumerable<string> sources,
        IEnumerable<HeredocContent> heredocs,
        string destination,
        string? owner,
        string? mode,
        bool link,
        IEnumerable<string> exclude)
    {
        fields["sourcePaths"] = sources;
        fields["sourceContents"] = heredocs.Select(h => new { path = h.Name, data = h.Data, expand = h.Expand });
        fields["destPath"] = destination;
        fields["chown"] = owner ?? "";
        fields["chmod"] = mode ?? "";
        fields["link"] = link;
        fields["excludePatterns"] = exclude;
    }

    private static string Switch(bool? value) => value switch { null => "unset", true => "true", false => "false" };

    // Both sides go through the same writer, so that only values differ.
    private static string Json(object value) => JsonSerializer.Serialize(JsonSerializer.SerializeToElement(value));

    private sealed class Expected
    {
        public List<string> Lines { get; } = [];

        public List<string> Errors { get; } = [];

        public void Add(string line) => Lines.Add(line);

        public void AddCommand(JsonElement command)
        {
            if (command.GetProperty("type").GetString() == "CMD")
            {
                if (command.GetProperty("prependShell").GetBoolean())
                {
                    Errors.Add(DiagnosticCodes.CommandNotJson);
                    return;
                }

                if (command.GetProperty("cmdLine").Texts() is not ([var first, ..]) || !first.StartsWith('-'))
                {
                    Errors.Add(DiagnosticCodes.InvalidCommand);
                    return;
                }
            }

            Add(Describe(command));
            if (command.TryGetProperty("expanded", out var expanded) && command.GetProperty("type").GetString() != "CMD")
            {
                Add("expanded " + Describe(expanded));
            }
            else if (command.OptionalText("expandError") is { } error)
            {
                Add("expanded " + ReferenceErrors.FaultOf(error));
            }
        }
    }
}
