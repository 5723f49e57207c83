using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Instructions;
using GGUFPacker.Packerfile.Variables;
using GGUFPacker.Testing;

namespace GGUFPacker.Packerfile.Tests;

/// <summary>
/// goldens/packer/llb-errors: files that the original refuses. Those it refuses for their language must be refused here with the same meaning and line.
/// </summary>
public sealed class PackerErrorGoldenTests
{
    /// <summary>Files whose refusal was a bug of the original: they are right here.</summary>
    private static readonly (string Sentence, string Reason)[] IntendedDifferences =
    [
        ("""invalid type "FP16"$""", "CONVERT's documented default is F16; the original writes FP16 and refuses it itself"),
        ("""failed to process "it's": .*single-quote$""", "quotes inside an argument of CMD are text"),
        ("^panic: ", "the original crashes"),
    ];

    /// <summary>Files that are refused here for another reason, which the newest BuildKit's rules or a clearer sentence give.</summary>
    private static readonly (string Sentence, string Code, string Reason)[] OtherReasons =
    [
        ("only one source file is allowed$", DiagnosticCodes.HeredocNotAllowed, "a heredoc where a file must be is named as that"),
        (
            "LABEL requires at least one argument$",
            DiagnosticCodes.InvalidExpansion,
            "the original drops a word whose quote is not closed, the newest BuildKit keeps it"),
    ];

    public static IEnumerable<TheoryDataRow<string>> Cases
    {
        get
        {
            var folder = Goldens.Path("packer", "llb-errors");
            return Directory.Exists(folder)
                ? Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal).Select(d => new TheoryDataRow<string>(Path.GetFileName(d)))
                : [];
        }
    }

    [Theory]
    [GoldenData(nameof(Cases))]
    public void Faulty_file_is_refused_as_by_the_original(string name)
    {
        var folder = Goldens.Path("packer", "llb-errors", name);
        var file = Path.Combine(folder, "input", "GGUFPackerfile");
        if (!File.Exists(file))
        {
            Assert.Skip("the case is about finding the file");
        }

        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "case.json")));
        var sentence = Sentence(json.RootElement);
        var errors = Check(File.ReadAllBytes(file));
        if (Array.Find(IntendedDifferences, d => System.Text.RegularExpressions.Regex.IsMatch(sentence, d.Sentence)).Reason is not null)
        {
            Assert.Empty(errors);
            return;
        }

        var code = ReferenceErrors.CodeOf(Bare(sentence));
        if (code is null && sentence.StartsWith("invalid type", StringComparison.Ordinal) && name.StartsWith("convert", StringComparison.Ordinal))
        {
            code = DiagnosticCodes.InvalidFlagValue;
        }

        if (code is null)
        {
            Assert.Skip("the fault is one of the build graph: " + sentence);
        }

        var others = OtherReasons.Where(r => System.Text.RegularExpressions.Regex.IsMatch(sentence, r.Sentence)).Select(r => r.Code).ToList();
        var error = errors.FirstOrDefault(e => e.Code == code || others.Contains(e.Code));
        Assert.True(error is not null, $"{sentence}: expected {code}, found {string.Join("; ", errors)}");
        if (System.Text.RegularExpressions.Regex.Match(sentence, @"parse error on line (\d+)") is { Success: true } match)
        {
            Assert.Equal(match.Groups[1].Value, error.Span.StartLine.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    private static string Sentence(JsonElement root)
    {
        var line = root.GetProperty("llbDump").GetProperty("stderr").GetString()!.Split('\n')[0];
        const string prefix = "Error: ";
        const string action = "parse GGUFPackerfile to LLB: ";
        line = line.StartsWith(prefix, StringComparison.Ordinal) ? line[prefix.Length..] : line;
        return line.StartsWith(action, StringComparison.Ordinal) ? line[action.Length..] : line;
    }

    // The original puts its place before some sentences.
    private static string Bare(string sentence) => System.Text.RegularExpressions.Regex.Replace(sentence, @"^ggufpackerfile parse error on line \d+: ", "");

    // Arguments as a build would see them: those before FROM are visible in each stage.
    private static List<Diagnostic> Check(byte[] text)
    {
        var document = PackerfileParser.Parse(text, "f");
        var errors = document.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).ToList();
        var expander = new WordExpander(document.Escape);
        var variables = new Dictionary<string, string>();
        var instructions = document.GlobalArguments.Concat<Instruction>(document.Stages.SelectMany(s => s.Instructions.Prepend(s.From)));
        foreach (var instruction in instructions)
        {
            try
            {
                if (instruction is ArgInstruction arg)
                {
                    foreach (var argument in arg.Arguments)
                    {
                        var expanded = ArgInstruction.ExpandArgument(argument, expander, variables);
                        if (expanded.Value is not null)
                        {
                            variables[expanded.Key] = expanded.Value;
                        }
                    }
                }
                else
                {
                    errors.AddRange(instruction.Expand(expander, variables.ToImmutableDictionary()).Verify());
                }
            }
            catch (ExpansionException e)
            {
                errors.Add(e.ToDiagnostic(instruction.Span));
            }
        }

        return errors;
    }
}
