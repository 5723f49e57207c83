using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using GGUFPacker.Testing;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Cli.Tests;

/// <summary>goldens/packer/cli: sessions with the original, against the recorded registry.</summary>
/// <remarks>
/// Intended differences, by rule:
/// lists name the registry as users do (127.0.0.1:5000/…, where the original prints 127.0.0.1/5000/…);
/// a remove that fails for a model ends with an error, where the original ends with 0;
/// removing a name leaves the files that another name needs, so names that the original broke are still there;
/// a wrong command line ends with 2, where the original ends with 1; messages are our own.
/// Other registries than the recorded one cannot be reached, estimate and run have tests of their own, and the LLB commands are not there yet: such steps are left out.
/// </remarks>
public sealed class CliGoldenTests
{
    private const string RecordedHost = "127.0.0.1:5000";
    private static readonly string[] Commands = ["list", "pull", "inspect", "remove"];

    public static IEnumerable<TheoryDataRow<string>> Scenarios =>
        Goldens.Files("packer/cli", "*.json").Select(file => new TheoryDataRow<string>(Path.GetFileNameWithoutExtension(file)));

    [Theory]
    [GoldenData(nameof(Scenarios))]
    public async Task Session_goes_as_with_the_original(string name)
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
        var session = new Session();
        var compared = 0;
        foreach (var step in json.RootElement.GetProperty("steps").EnumerateArray())
        {
            if (step.TryGetProperty("do", out var change))
            {
                Retag(registry, change.GetString()!);
                continue;
            }

            string[] arguments = [.. step.GetProperty("args").EnumerateArray().Select(a => a.GetString()!)];
            if (arguments is not [var command, ..] || !Commands.Contains(command) || step.TryGetProperty("env", out _) || NamesOtherRegistry(arguments))
            {
                continue;
            }

            compared++;
            cli.Time = new FixedTime(DateTimeOffset.Parse(step.GetProperty("ranAt").GetString()!, CultureInfo.InvariantCulture));
            var result = await cli.RunAsync([.. arguments.Select(a => a.Replace(RecordedHost, registry.Host, StringComparison.Ordinal))]);
            session.Compare(step, arguments, result with { Output = result.Output.Replace(registry.Host, RecordedHost, StringComparison.Ordinal) });
        }

        Assert.SkipWhen(compared == 0, "every step needs a command that is not there yet");
    }

    private static bool NamesOtherRegistry(string[] arguments) =>
        arguments[0] != "list" && arguments.Skip(1).Any(
            a => !a.StartsWith("--", StringComparison.Ordinal) && a.Contains('/', StringComparison.Ordinal) && !a.StartsWith(RecordedHost, StringComparison.Ordinal));

    // "registry: golden/model:moving = golden/model:docker"
    private static void Retag(LoopbackRegistry registry, string change)
    {
        var match = Regex.Match(change, "^registry: (.*):(.*) = (.*):(.*)$");
        var (bytes, _, mediaType) = registry.Content.Manifest(match.Groups[3].Value, match.Groups[4].Value)!.Value;
        registry.Content.AddManifest(match.Groups[1].Value, match.Groups[2].Value, bytes, mediaType);
    }

    /// <summary>What a session has done so far.</summary>
    private sealed class Session
    {
        private readonly HashSet<string> _pulled = [];
        private bool _hasRemovedByName;

        public void Compare(JsonElement step, string[] arguments, CliResult result)
        {
            var expected = step.GetProperty("stdout").GetString()!;
            var failed = step.GetProperty("exitCode").GetInt32() != 0 || step.GetProperty("stderr").GetString()!.Length > 0;

            // A name that the original broke is whole with us.
            if (failed && _hasRemovedByName && step.GetProperty("stderr").GetString()!.Contains("no such file", StringComparison.Ordinal))
            {
                return;
            }

            // Any help is as good as the original's.
            if (arguments.Contains("--help"))
            {
                Assert.Equal(0, result.ExitCode);
                return;
            }

            Assert.True(failed == (result.ExitCode != 0), $"{string.Join(' ', arguments)}: {result.ExitCode} {result.Error}");
            switch (arguments[0])
            {
                case "list" when !failed:
                    CompareLists(expected, result.Output);
                    break;
                case "inspect" when !failed:
                    var equal = JsonElement.DeepEquals(JsonDocument.Parse(expected).RootElement, JsonDocument.Parse(result.Output).RootElement);
                    Assert.True(equal, string.Join(' ', arguments));
                    Assert.Equal(MemberNames(expected), MemberNames(result.Output));
                    break;
                case "pull" when !failed:
                    _pulled.Add(arguments.Single(a => a.Contains('/', StringComparison.Ordinal)));
                    break;
                case "remove" when !expected.StartsWith("Usage:", StringComparison.Ordinal):
                    Assert.Equal(
                        expected.Replace("removed model ", "removed ", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries),
                        result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
                    _hasRemovedByName |= arguments.Any(a => a.Contains('/', StringComparison.Ordinal));
                    break;
            }
        }

        private void CompareLists(string expected, string actual)
        {
            // Some sessions began with a filled store, or filled it from other registries.
            expected = Regex.Replace(expected, @"127\.0\.0\.1/5000/", RecordedHost + "/");
            string[] expectedRows = [.. Rows(expected).Where(row => row.Split('|') is [var name, var tag, ..] && (name == "NAME" || _pulled.Contains($"{name}:{tag}")))];
            string[] actualRows = [.. Rows(actual)];
            Assert.Equal(_hasRemovedByName ? [.. actualRows.Intersect(expectedRows)] : actualRows, expectedRows);
        }

        private static IEnumerable<string> Rows(string table) =>
            table.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => string.Join('|', Regex.Split(line.Trim(), " {2,}")));

        private static string MemberNames(string json) => string.Join(' ', JsonDocument.Parse(json).RootElement.EnumerateObject().Select(m => m.Name));
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
