using System.Text.Json;
using System.Text.RegularExpressions;
using GGUFPacker.Build.Checks;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;
using GGUFPacker.Oci.Content;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Tests;
using GGUFPacker.Testing;

namespace GGUFPacker.Build.Tests.Checks;

/// <summary>goldens/packer/llb-errors: what the original refuses must be refused here with the same meaning, line and hint.</summary>
public sealed class PackerErrorGoldenTests
{
    /// <summary>Files that the original refuses and that are right here.</summary>
    private static readonly (string Sentence, string Reason)[] IntendedDifferences =
    [
        ("""invalid type "FP16"$""", "CONVERT's documented default is F16; the original writes FP16 and refuses it itself"),
        ("""invalid (type|output-tensor-type|token-embedding-type) "([a-z]+[0-9]_[0-9kK](_[A-Za-z0-9]+)?)"$""", "types may be written in any case"),
        ("""failed to process "it's": .*single-quote$""", "quotes inside an argument of CMD are text"),
        ("""failed to parse stage name "First":""", "stages are found whatever the case of their names"),
        ("^panic: ", "the original crashes"),
    ];

    /// <summary>Files that are refused here for another reason, which the newest BuildKit's rules or a clearer sentence give.</summary>
    private static readonly (string Sentence, string Code, string Reason)[] OtherReasons =
    [
        ("only one source file is allowed$", DiagnosticCodes.HeredocNotAllowed, "a heredoc where a file must be is named as that"),
        ("LABEL requires at least one argument$", DiagnosticCodes.InvalidExpansion, "the original drops a word whose quote is not closed, the newest BuildKit keeps it"),
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
            Assert.Skip("The case is about finding the file, which the command line does.");
        }

        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "case.json")));
        var sentence = Sentence(json.RootElement);
        var request = new BuildRequest { PackerfilePath = file, ContextDirectory = Path.Combine(folder, "input"), Targets = [new BuildTarget()] };
        GraphBuilder.Check(
            Packerfile.PackerfileParser.Parse(File.ReadAllBytes(file), "f"), request, allStages: false, ImageOf, platform: null, out var diagnostics);
        var errors = diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error && d.Code != GraphDiagnosticCodes.NotSupportedYet).ToList();
        if (Array.Find(IntendedDifferences, d => Regex.IsMatch(sentence, d.Sentence)).Reason is not null)
        {
            Assert.Empty(errors);
            return;
        }

        var code = CodeOf(sentence, name);
        var others = OtherReasons.Where(r => Regex.IsMatch(sentence, r.Sentence)).Select(r => r.Code).ToList();
        var error = errors.FirstOrDefault(e => e.Code == code || others.Contains(e.Code));
        Assert.True(error is not null, $"{sentence}: expected {code}, found {string.Join("; ", errors)}");
        if (LineOf(json.RootElement, sentence) is { } line)
        {
            Assert.Equal(line, error.Span.StartLine);
        }

        if (ReferenceErrors.SuggestionIn(sentence) is { } suggestion)
        {
            Assert.Contains($"'{suggestion}'", error.Message, StringComparison.OrdinalIgnoreCase);
        }
    }

    // The images that the original was given.
    private static BaseImage? ImageOf(Oci.References.ImageReference reference, Platform platform) =>
        reference.Repository.EndsWith("such-image", StringComparison.Ordinal) || reference.Repository == "library/frist"
            ? null
            : new BaseImage(reference, Digest.Of("an image"u8), new ImageConfig { Platform = platform });

    private static string? CodeOf(string sentence, string name)
    {
        // The original puts its place before some sentences.
        var bare = Regex.Replace(sentence, @"^ggufpackerfile parse error on line \d+: ", "");
        return GraphErrors.CodeOf(bare)
            ?? ReferenceErrors.CodeOf(bare)
            ?? (!bare.StartsWith("invalid ", StringComparison.Ordinal) ? null : name.StartsWith("convert", StringComparison.Ordinal) ? DiagnosticCodes.InvalidFlagValue : GraphDiagnosticCodes.UnknownType);
    }

    private static int? LineOf(JsonElement root, string sentence)
    {
        if (Regex.Match(sentence, @"parse error on line (\d+)") is { Success: true } match)
        {
            return int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
        }

        // An error about a directive has the line before it there.
        return !Regex.IsMatch(sentence, "escape|directive|check option|no instructions|heredoc") && root.TryGetProperty("frontend", out var frontend)
            && frontend.TryGetProperty("error", out var error) && error.TryGetProperty("sources", out var sources) && sources.GetArrayLength() > 0
            && sources[0].TryGetProperty("ranges", out var ranges) && ranges.GetArrayLength() > 0
                ? ranges[0][0].GetInt32()
                : null;
    }

    private static string Sentence(JsonElement root)
    {
        var line = root.GetProperty("llbDump").GetProperty("stderr").GetString()!.Split('\n')[0];
        const string prefix = "Error: ";
        const string action = "parse GGUFPackerfile to LLB: ";
        line = line.StartsWith(prefix, StringComparison.Ordinal) ? line[prefix.Length..] : line;
        return line.StartsWith(action, StringComparison.Ordinal) ? line[action.Length..] : line;
    }
}
