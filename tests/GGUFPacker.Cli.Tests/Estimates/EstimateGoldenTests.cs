using System.Text.Json;
using System.Text.RegularExpressions;
using GGUFPacker.Testing;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Cli.Tests.Estimates;

/// <summary>goldens/packer/cli: what the original's <c>estimate</c> prints: the same columns and members, in other numbers, because the original's are wrong.</summary>
public sealed class EstimateGoldenTests
{
    private const string RecordedHost = "127.0.0.1:5000";

    /// <summary>Intended differences: an option whose value the original passes over although it is none, and why it is an error here.</summary>
    private static readonly Dictionary<string, string> Refused = new(StringComparer.Ordinal)
    {
        ["--platform-footprint"] = "the original reads what is no number as 0: a typo would hide 400 MiB",
        ["--cache-type-k"] = "the original takes an unknown type for f16, with which the engine would not start",
        ["--cache-type-v"] = "as --cache-type-k",
        ["--split-mode"] = "as --cache-type-k",
    };

    /// <summary>Members that the original does not have; docs/estimate.md describes them.</summary>
    private static readonly HashSet<string> Added =
    [
        "schema", "name", "tensorBytes", "engine",
        "items[].confidence", "items[].resolved", "items[].parts", "items[].fits",
        .. new[] { "ram", "vrams[]" }.SelectMany(device => new[] { "name", "kind", "memory", "weights", "mappedWeights", "kv", "compute", "staging", "output", "footprint", "total" }
            .Select(member => $"items[].{device}.{member}")),
    ];

    public static IEnumerable<TheoryDataRow<string>> Scenarios =>
        Goldens.Files("packer/cli", "*.json").Where(HasEstimates).Select(file => new TheoryDataRow<string>(Path.GetFileNameWithoutExtension(file)));

    [Theory]
    [GoldenData(nameof(Scenarios))]
    public async Task Estimates_have_the_form_of_the_original(string name)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Goldens.Path("packer", "cli", name + ".json")));
        var folder = Goldens.Path("packer", "e2e", "registry");
        if (!File.Exists(Path.Combine(folder, "refs.json")))
        {
            Assert.Skip("the recorded registry is not there");
        }

        using var registry = new LoopbackRegistry();
        registry.Load(folder);
        using var cli = new CliRunner();
        foreach (var step in json.RootElement.GetProperty("steps").EnumerateArray().Where(step => step.TryGetProperty("args", out _)))
        {
            string[] arguments = [.. step.GetProperty("args").EnumerateArray().Select(a => a.GetString()!.Replace(RecordedHost, registry.Host, StringComparison.Ordinal))];
            if (arguments is ["pull", .., var image] && name.StartsWith("estimate-", StringComparison.Ordinal))
            {
                (await cli.RunAsync("pull", image)).Succeeded();
            }
            else if (arguments is ["estimate", ..] && !arguments.Contains("--help"))
            {
                Compare(step, arguments, await cli.RunAsync(arguments));
            }
        }
    }

    private static bool HasEstimates(string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(file));
        return json.RootElement.TryGetProperty("steps", out var steps)
            && steps.EnumerateArray().Any(step => step.TryGetProperty("args", out var arguments) && arguments.EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.String } command && command.ValueEquals("estimate"));
    }

    private static void Compare(JsonElement step, string[] arguments, CliResult result)
    {
        var call = string.Join(' ', arguments);
        if (result.ExitCode == ExitCode.Usage && Refused.Keys.Any(option => arguments.Contains(option) && result.Error.Contains(option, StringComparison.Ordinal)))
        {
            return;
        }

        var failed = step.GetProperty("exitCode").GetInt32() != 0;
        Assert.True(failed == (result.ExitCode != 0), $"{call}: {result.ExitCode} {result.Error}");
        if (failed)
        {
            // "--rpc has more items than --tensor-split": the sentence begins as the original's does.
            var message = step.GetProperty("stderr").GetString()!.Split('\n')[^2];
            var known = Regex.Match(message, "^--(ubatch-size must|tensor-split has|main-gpu must|rpc has|device-metric has)[^:]*");
            Assert.Contains(known.Value, result.Error, StringComparison.Ordinal);
            return;
        }

        var expected = step.GetProperty("stdout").GetString()!;
        if (arguments.Contains("--json"))
        {
            using var theirs = JsonDocument.Parse(expected);
            using var ours = JsonDocument.Parse(result.Output);
            var members = Members(ours.RootElement, "").ToHashSet();
            Assert.Empty(Members(theirs.RootElement, "").Except(members));
            string[] more = [.. members.Select(Name).Except(Members(theirs.RootElement, "").Select(Name)).Where(member => !IsAdded(member))];
            Assert.Empty(more);
            Assert.Equal(theirs.RootElement.GetProperty("items").GetArrayLength(), ours.RootElement.GetProperty("items").GetArrayLength());
            Assert.Equal(
                theirs.RootElement.GetProperty("items").EnumerateArray().Select(item => (item.GetProperty("offloadLayers").GetInt32(), item.GetProperty("fullOffloaded").GetBoolean(), item.GetProperty("vrams").GetArrayLength())),
                ours.RootElement.GetProperty("items").EnumerateArray().Select(item => (item.GetProperty("offloadLayers").GetInt32(), item.GetProperty("fullOffloaded").GetBoolean(), item.GetProperty("vrams").GetArrayLength())));
            foreach (var member in new[] { "type", "architecture", "embeddingOnly", "reranking" })
            {
                Assert.Equal(theirs.RootElement.GetProperty(member).ToString(), ours.RootElement.GetProperty(member).ToString());
            }
        }
        else
        {
            CompareTables(expected, result.Output, call);
        }
    }

    private static void CompareTables(string expected, string actual, string call)
    {
        var (theirs, ours) = (Lines(expected), Lines(actual));
        const int Below = 1;
        Assert.Equal(theirs.Length, ours.Length);
        Assert.True(Cells(theirs[Below]).SequenceEqual(Cells(ours[Below])), $"{call}\n{theirs[Below]}\n{ours[Below]}");

        // A device without layers is called VRAM 0 by the original, and drawn as one with the device before it: names are numbers here.
        Assert.Equal(Cells(theirs[0]).Where(cell => !cell.StartsWith("VRAM", StringComparison.Ordinal)), Cells(ours[0]).Where(cell => !cell.StartsWith("VRAM", StringComparison.Ordinal)));
        Assert.Equal(Cells(ours[0]).Where(cell => cell.StartsWith("VRAM", StringComparison.Ordinal)), Enumerable.Range(0, Cells(ours[0]).Count(cell => cell.StartsWith("VRAM", StringComparison.Ordinal))).Select(i => $"VRAM {i}"));
        foreach (var header in new[] { "ARCH", "EMBEDDING ONLY", "RERANKING", "OFFLOAD LAYERS", "FULL OFFLOADED" })
        {
            var column = Array.IndexOf(Cells(theirs[0]), header);
            if (column >= 0)
            {
                Assert.Equal(theirs[(Below + 1)..].Select(row => Cells(row)[column]), ours[(Below + 1)..].Select(row => Cells(row)[column]));
            }
        }

        // Lines with cells: two of headers, then the rows.
        static string[] Lines(string table) => [.. table.Split('\n').Where(line => line.StartsWith('|') && !line.Contains("+-", StringComparison.Ordinal))];
    }

    private static string Name(string member) => member.Split(' ')[0];

    private static string[] Cells(string line) => [.. line.Trim('|').Split('|').Select(cell => cell.Trim())];

    private static bool IsAdded(string member) => Added.Any(added => member == added || member.StartsWith(added + ".", StringComparison.Ordinal) || member.StartsWith(added + "[]", StringComparison.Ordinal));

    // "items[].ram.uma Number"
    private static IEnumerable<string> Members(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Members(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}")),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(item => Members(item, path + "[]")).Distinct(),
        JsonValueKind.True or JsonValueKind.False => [path + " Boolean"],
        _ => [$"{path} {element.ValueKind}"],
    };
}
