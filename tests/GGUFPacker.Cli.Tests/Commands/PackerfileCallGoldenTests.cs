using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;
using GGUFPacker.Packerfile.Linting;
using GGUFPacker.Testing;

namespace GGUFPacker.Cli.Tests.Commands;

/// <summary>goldens/packer/lint: what the original answers to check, outline and targets. Pages of rules and words of errors are our own.</summary>
public sealed class PackerfileCallGoldenTests
{
    /// <summary>Warnings that the original does not give.</summary>
    private static readonly (string Pattern, string Reason)[] IntendedDifferences =
    [
        (" (RedundantTargetPlatform|FromPlatformFlagConstDisallowed|InvalidDefinitionDescription) ", "rules of BuildKit's that are younger than the original"),
        (" CopyIgnoredFile .*\"a\\.md\"", "a path with '..' is cleaned before it is judged, as the newest BuildKit does"),
    ];

    public static IEnumerable<ITheoryDataRow> Cases => GoldenRows.Of<string>(
        Directory.Exists(Goldens.Path("packer", "lint")) ? Directory.EnumerateDirectories(Goldens.Path("packer", "lint")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal) : []);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Check_finds_what_the_original_finds(string name)
    {
        using var cli = new CliRunner();
        var (options, expected) = Prepare(cli, name, "frontend.lint");

        var asJson = await cli.RunAsync(["build", "--call", "check,format=json", .. options]);
        var asText = await cli.RunAsync(["build", "--check", .. options]);

        var ours = JsonNode.Parse(asJson.Output)!;
        var theirs = Lines(expected["json"]!["warnings"]?.AsArray() ?? []);
        var warnings = Lines(ours["warnings"]!.AsArray().Where(warning => IsShared((string)warning!["ruleName"]!)));
        warnings.RemoveAll(line => !theirs.Contains(line) && IntendedDifferences.Any(difference => Regex.IsMatch(line, difference.Pattern)));
        var theirBlocks = Blocks((string)expected["text"]!);
        var blocks = Blocks(asText.Output);
        blocks.RemoveAll(block => !theirBlocks.Contains(block) && IntendedDifferences.Any(difference => Regex.IsMatch(block.Replace('\n', ' '), difference.Pattern)));
        RemoveErrorOfModelRules(ours);
        if (expected["json"]!["buildError"] is not { } error)
        {
            Assert.Equal(theirs, warnings);
            Assert.Equal(theirBlocks, blocks);
            Assert.Null(ours["buildError"]);
            return;
        }

        // The original stops at the first error; here the rest of the file is judged too.
        Assert.Empty(theirs.Except(warnings));
        Assert.Empty(theirBlocks.Except(blocks));
        Assert.Equal(FirstLine(error["location"]), FirstLine(ours["buildError"]!["location"]));
        Assert.Equal(ExitCode.Failure, asJson.ExitCode);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public Task Outline_is_the_originals(string name) => SameAsync(name, "frontend.outline", "outline");

    [Theory]
    [MemberData(nameof(Cases))]
    public Task Targets_are_the_originals(string name) => SameAsync(name, "frontend.targets", "targets");

    private static async Task SameAsync(string name, string request, string method)
    {
        using var cli = new CliRunner();
        var (options, expected) = Prepare(cli, name, request);

        var asJson = await cli.RunAsync(["build", "--call", method + ",format=json", .. options]);

        if (expected["error"] is not null || asJson.Error.Contains("rules: MissingLicense\n", StringComparison.Ordinal))
        {
            Assert.Equal(ExitCode.Failure, asJson.ExitCode);
            return;
        }

        var json = JsonNode.Parse(asJson.Succeeded().Output)!.AsObject();
        Assert.Equal(File.ReadAllBytes(cli["GGUFPackerfile"]), Convert.FromBase64String((string)json["sources"]![0]!));
        json.Remove("sources");
        var theirs = expected["json"]!.AsObject();
        theirs.Remove("sources");
        Assert.Equal(theirs.ToJsonString(), json.ToJsonString());
        Assert.Equal((string)expected["text"]!, (await cli.RunAsync(["build", "--call", method, .. options])).Succeeded().Output);
    }

    private static (string[] Options, JsonNode Expected) Prepare(CliRunner cli, string name, string request)
    {
        Assert.SkipWhen(name is null, "There is no reference data for this test.");
        var folder = Goldens.Path("packer", "lint", name!);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, "input")))
        {
            File.Copy(file, cli[Path.GetFileName(file)]);
        }

        var recorded = JsonNode.Parse(File.ReadAllBytes(Path.Combine(folder, "case.json")))!;
        foreach (var image in recorded["images"]!.AsArray())
        {
            PutImage(cli, Goldens.Path(["packer", .. ((string)image!).Split('/')]));
        }

        var options = recorded["frontend"]!["opts"]!.AsObject().SelectMany(option => option.Key.StartsWith("build-arg:", StringComparison.Ordinal)
            ? new[] { "--build-arg", $"{option.Key["build-arg:".Length..]}={option.Value}" }
            : ["--" + option.Key, (string)option.Value!]);
        return ([.. options], JsonNode.Parse(File.ReadAllBytes(Path.Combine(folder, "results.json")))![request]!);
    }

    // Manifest and config are all that a check reads of a base image.
    private static void PutImage(CliRunner cli, string path)
    {
        var image = JsonNode.Parse(File.ReadAllBytes(path))!;
        if (image["manifest"] is null)
        {
            return;
        }

        using var store = cli.OpenStore();
        store.Blobs.Put(MediaTypes.ImageConfig, Encoding.UTF8.GetBytes((string)image["config"]!));
        store.Tags.Set(ImageReference.Parse((string)image["ref"]!), store.Blobs.Put(MediaTypes.ImageManifest, Encoding.UTF8.GetBytes((string)image["manifest"]!)));
    }

    private static bool IsShared(string rule) => LintRules.Find(rule) is { IsOfModels: false };

    // The original expands CMD twice and says twice what it finds there: equal warnings count once.
    private static List<string> Lines(IEnumerable<JsonNode?> warnings) =>
        [.. warnings.Select(warning => $"{FirstLine(warning!["location"])} {warning["ruleName"]} {warning["description"]} {warning["detail"]} {warning["location"]!.ToJsonString()}").Distinct().Order(StringComparer.Ordinal)];

    // A file that makes violated rules errors may violate those that are ours alone.
    private static void RemoveErrorOfModelRules(JsonNode report)
    {
        if (report["buildError"]?["message"] is { } message && Regex.Match((string)message!, "^lint violation found for rules: (.*)") is { Success: true } match
            && !match.Groups[1].Value.Split(", ").Any(IsShared))
        {
            report.AsObject().Remove("buildError");
        }
    }

    private static string FirstLine(JsonNode? location) => location?["ranges"] is { } ranges ? ranges[0]!["start"]!["line"]!.ToString() : "none";

    private static List<string> Blocks(string text) =>
        [.. Regex.Split(text, @"(?=^WARNING: )", RegexOptions.Multiline)
            .Where(block => Regex.Match(block, @"^WARNING: (\w+)") is { Success: true } match && IsShared(match.Groups[1].Value))
            .Select(block => Regex.Replace(block, @"^(WARNING: \w+) - .*", "$1"))
            .Select(block => Regex.Match(block, @"\A.*?-{20}\n.*?-{20}\n", RegexOptions.Singleline).Value)
            .Distinct()
            .Order(StringComparer.Ordinal)];
}
