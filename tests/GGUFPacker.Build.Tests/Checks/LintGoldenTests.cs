using System.Text.Json;
using System.Text.RegularExpressions;
using GGUFPacker.Build.Checks;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;
using GGUFPacker.Oci.Content;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Linting;
using GGUFPacker.Packerfile.Syntax;
using GGUFPacker.Packerfile.Tests;
using GGUFPacker.Testing;

namespace GGUFPacker.Build.Tests.Checks;

/// <summary>goldens/language/lint: what BuildKit's linter finds. Rules about models are ours alone and left out.</summary>
public sealed class LintGoldenTests
{
    private static readonly string[] Cases = ["language", "lint", "cases.json"];

    /// <summary>What the language means otherwise than a Dockerfile does, by rule and message; the file's own arguments are in <c>{args}</c>.</summary>
    private static readonly (string Rule, string Message, Side Side, string Reason)[] IntendedDifferences =
    [
        ("JSONArgsRecommended", ".*", Side.Reference, "CMD is in JSON form or an error"),
        ("UndefinedVar", @"'\$(BUILD|TARGET)(PLATFORM|OS|ARCH|VARIANT)'", Side.Reference, "platform arguments are visible in each stage"),
        ("UndefinedVar", @"'\${global}'", Side.Reference, "global arguments are visible in each stage"),
        ("UndefinedVar", @"'\$PATH'", Side.Ours, "a base image's environment does not apply: nothing is run"),
        ("UndefinedVar", @"'\$PATHS'", Side.Both, "a base image's environment does not apply, so no name of it is offered"),
        ("UndefinedVar", ".*", Side.OursInCommand, "CMD's words are expanded"),
    ];

    private enum Side
    {
        Reference,
        Ours,
        Both,
        OursInCommand,
    }

    public static IEnumerable<TheoryDataRow<string>> Rows => GGUFPacker.Packerfile.Tests.GoldenRows.Names(Cases);

    [Theory]
    [GoldenData(nameof(Rows))]
    public void File_is_judged_as_by_the_reference(string name)
    {
        var row = GGUFPacker.Packerfile.Tests.GoldenRows.Row(name, Cases);
        if (row.GetProperty("dialect").GetString() != "common")
        {
            Assert.Skip("The file has instructions of Dockerfiles alone.");
        }

        using var directory = new TemporaryDirectory();
        var text = SourceText.Encode(WithModel(row.GetProperty("input").Text()));
        if (row.OptionalText("ignoreFile") is { } ignored)
        {
            directory.Write(".dockerignore", ignored);
        }

        var request = new BuildRequest
        {
            PackerfilePath = Path.Combine(directory.Path, "GGUFPackerfile"),
            ContextDirectory = directory.Path,
            BuildArguments = row.TryGetProperty("buildArgs", out var arguments)
                ? System.Collections.Immutable.ImmutableDictionary.CreateRange(arguments.EnumerateObject().Select(a => KeyValuePair.Create(a.Name, a.Value.Text())))
                : System.Collections.Immutable.ImmutableDictionary<string, string>.Empty,
        };
        var report = PackerfileCheck.Run(
            text, request, (reference, platform) => new BaseImage(reference, Digest.Of("an image"u8), new ImageConfig { Platform = platform }));

        var lines = row.GetProperty("input").Text().Split('\n');
        var globals = lines.TakeWhile(line => !line.StartsWith("FROM", StringComparison.OrdinalIgnoreCase))
            .Where(line => line.StartsWith("ARG ", StringComparison.OrdinalIgnoreCase)).SelectMany(line => line[4..].Split(' ')).Select(word => word.Split('=')[0]).ToArray();
        var ours = report.Violations
            .Where(violation => !LintRules.Find(violation.Rule)!.IsOfModels)
            .Select(v => (Rule: v.Rule!, v.Message, Line: v.Span.StartLine, EndLine: v.Span.EndLine)).ToList();
        var theirs = row.GetProperty("warnings").EnumerateArray()
            .Select(w => (Rule: w.GetProperty("rule").GetString()!, Message: w.GetProperty("message").Text(), Line: w.GetProperty("line").GetInt32(), EndLine: w.GetProperty("endLine").GetInt32()))
            .ToList();
        ours.RemoveAll(w => Intends(w.Rule, w.Message, side => side is Side.Ours or Side.Both || (side == Side.OursInCommand && IsCommand(w.Line))));
        theirs.RemoveAll(w => Intends(w.Rule, w.Message, side => side is Side.Reference or Side.Both));

        var error = row.TryGetProperty("error", out var e) ? e : default;
        if (error.ValueKind == JsonValueKind.Object)
        {
            // The reference stops at its first error; here the rest of the file is judged too.
            Assert.All(theirs, w => Assert.Contains(w, ours));
        }
        else
        {
            Assert.Equal(theirs, ours);
        }

        AssertErrors(error, [.. report.Errors.Where(d => d.Code != GraphDiagnosticCodes.NotSupportedYet)]);

        bool IsCommand(int line) => lines[line - 1].TrimStart().StartsWith("CMD", StringComparison.OrdinalIgnoreCase);

        bool Intends(string rule, string message, Func<Side, bool> side) => IntendedDifferences.Any(d =>
            d.Rule == rule && side(d.Side) && Regex.IsMatch(message, d.Message.Replace("{global}", $"({string.Join('|', globals.DefaultIfEmpty("-"))})", StringComparison.Ordinal)));
    }

    // The same file with commands that a model starts with: a Dockerfile's CMD may be anything.
    private static string WithModel(string text) => Regex.Replace(
        text,
        @"^([ \t]*CMD)\b[ \t]*(\[(?!')(?<rest>.*))?.*$",
        match => match.Groups["rest"].Success ? $"{match.Groups[1].Value} [\"-m\", \"m\", {match.Groups["rest"].Value}" : match.Groups[1].Value + " [\"-m\", \"m\"]",
        RegexOptions.Multiline | RegexOptions.IgnoreCase);

    private static void AssertErrors(JsonElement error, Diagnostic[] ours)
    {
        if (error.ValueKind != JsonValueKind.Object)
        {
            Assert.Empty(ours);
            return;
        }

        var message = error.GetProperty("message").Text();
        var code = GraphErrors.CodeOf(message) ?? ReferenceErrors.CodeOf(Regex.Replace(message, @"^dockerfile parse error on line \d+: ", ""));
        Assert.True(code is not null, $"no code stands for '{message}'; ours: {string.Join("; ", ours.Select(d => d.ToString()))}");
        var found = ours.FirstOrDefault(d => d.Code == code);
        Assert.True(found is not null, $"'{message}' is {code}; ours: {string.Join("; ", ours.Select(d => d.ToString()))}");
        if (error.GetProperty("lines") is var lines && lines.GetArrayLength() > 0)
        {
            Assert.Equal(lines[0].GetInt32(), found.Span.StartLine);
        }
    }
}
