using System.Text.Json;
using System.Text.RegularExpressions;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;
using GGUFPacker.Oci.Content;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Testing;

namespace GGUFPacker.Build.Tests.Graph;

/// <summary>goldens/packer/llb: each file makes a graph, with the copies that the original makes (where to, what is left out, what is unpacked) and the sources that it names.</summary>
public sealed class PackerGraphGoldenTests
{
    /// <summary>Errors and copies that the original does not have.</summary>
    private static readonly (string Text, string Reason)[] IntendedDifferences =
    [
        ("^QUANTIZE --type=.* requires an importance matrix", "the original has the rule, and looks at the wrong variable"),
        ("'(Q4_0_4_4|Q4_0_4_8|Q4_0_8_8)'", "llama.cpp has removed these types"),
        ("^lint violation found for rules: MissingLicense$", "a file that makes its warnings errors has those of our rules too"),
        ("HTTPS://", "an address may be in capitals; for the original it is a path"),
    ];

    public static IEnumerable<TheoryDataRow<string>> Cases => Directory.Exists(Goldens.Path("packer", "llb"))
        ? Directory.EnumerateDirectories(Goldens.Path("packer", "llb")).Where(folder => File.Exists(Path.Combine(folder, "llb.json")))
            .Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal).Select(name => new TheoryDataRow<string>(name))
        : [];

    [Theory]
    [GoldenData(nameof(Cases))]
    public void Copies_and_sources_are_those_of_the_original(string name)
    {
        var folder = Goldens.Path("packer", "llb", name);
        using var recorded = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "llb.json")));
        var input = Path.Combine(folder, "input");
        var file = Directory.EnumerateFiles(input).First(path => Path.GetFileName(path) is "GGUFPackerfile" or "ggufpackerfile" or "Dockerfile");
        var request = new BuildRequest { PackerfilePath = file, ContextDirectory = input, Targets = [new BuildTarget()] };
        var graph = GraphBuilder.Check(Packerfile.PackerfileParser.Parse(File.ReadAllBytes(file), "f"), request, allStages: false, ImageOf, platform: null, out var diagnostics);
        var errors = diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ToList();
        Assert.DoesNotContain(errors, error => !IsIntended(error.Message));
        if (errors.Any(error => error.Code is not DiagnosticCodes.LintViolation))
        {
            Assert.Skip("Intended difference: an instruction of the file is refused.");
        }

        var nodes = new HashSet<GraphNode>(ReferenceEqualityComparer.Instance);
        Collect(graph.Targets[0].Root, nodes);
        var ops = recorded.RootElement.GetProperty("ops").EnumerateArray().ToList();
        var theirs = ops.Select(Source).OfType<string>().Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(theirs, nodes.Select(Source).OfType<string>().Distinct().Where(source => !IsIntended(source)).Order(StringComparer.Ordinal));
        Assert.Equal(ops.SelectMany(Copies).Order(StringComparer.Ordinal), nodes.SelectMany(Copies).Order(StringComparer.Ordinal));
    }

    private static bool IsIntended(string text) => IntendedDifferences.Any(difference => Regex.IsMatch(text, difference.Text));

    private static BaseImage ImageOf(Oci.References.ImageReference reference, Platform platform) => new(reference, Digest.Of("an image"u8), new ImageConfig { Platform = platform });

    private static void Collect(GraphNode node, HashSet<GraphNode> nodes)
    {
        if (nodes.Add(node))
        {
            foreach (var input in node.Inputs)
            {
                Collect(input, nodes);
            }
        }
    }

    private static IEnumerable<string> Copies(JsonElement op) => op.TryGetProperty("file", out var file)
        ? file.GetProperty("actions").EnumerateArray().Where(action => action.TryGetProperty("copy", out _)).Select(action => action.GetProperty("copy")).Select(copy => Describe(
            copy.GetProperty("dest").GetString()!,
            copy.TryGetProperty("excludePatterns", out var excluded) ? excluded.EnumerateArray().Select(pattern => pattern.GetString()!) : [],
            copy.TryGetProperty("attemptUnpackDockerCompatibility", out var unpack) && unpack.GetBoolean()))
        : [];

    private static IEnumerable<string> Copies(GraphNode node) => node switch
    {
        CopyNode copy =>
        [
            .. copy.Sources.Select(source => Describe(copy.Destination, copy.Exclude, source.Unpack || IsIntended(Source(source.From) ?? ""))),
            .. copy.Files.Select(_ => Describe(copy.Destination, copy.Exclude, unpack: false)),
        ],
        WriteNode write => write.Files.Select(_ => Describe(write.Destination, [], unpack: false)),
        _ => [],
    };

    private static string Describe(string destination, IEnumerable<string> excluded, bool unpack) =>
        $"/{TreePath.Normalize(destination)}{(TreePath.IsDirectoryForm(destination) ? "/" : "")} without [{string.Join(", ", excluded)}]{(unpack ? ", unpacked" : "")}";

    private static string? Source(JsonElement op)
    {
        if (!op.TryGetProperty("source", out var source))
        {
            return null;
        }

        var identifier = source.GetProperty("identifier").GetString()!;
        if (!source.TryGetProperty("attrs", out var attributes) || !attributes.TryGetProperty("git.fullurl", out var address))
        {
            return identifier.StartsWith("http", StringComparison.Ordinal) ? identifier : null;
        }

        var fragment = identifier.Contains('#', StringComparison.Ordinal) ? identifier[identifier.IndexOf('#', StringComparison.Ordinal)..] : "#";
        return $"{address.GetString()}{fragment}{(attributes.TryGetProperty("git.keepgitdir", out var keeps) && keeps.GetString() == "true" ? ", kept" : "")}";
    }

    private static string? Source(GraphNode node) => node switch
    {
        GitNode git => $"{git.Remote}#{git.Reference}{(git.Directory.Length > 0 ? $":{git.Directory}" : "")}{(git.KeepGitDirectory ? ", kept" : "")}",
        HttpNode http => http.Address.OriginalString,
        HubNode => throw new InvalidOperationException("The recordings name no hub."),
        _ => null,
    };
}
