using System.Text.Json;
using System.Text.RegularExpressions;
using GGUFPacker.Oci.References;
using GGUFPacker.Testing;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Cli.Tests.Running;

/// <summary>goldens/packer/cli: what the original's <c>run</c> starts, for images of the recorded registry. Every step stands alone: a pull comes first.</summary>
public sealed partial class RunGoldenTests
{
    private const string RecordedHost = "127.0.0.1:5000";

    /// <summary>Where our command line is another one on purpose: how ours becomes the original's, or the original's ours, and why.</summary>
    private static readonly (string Reason, Func<string, string> Ours, Func<string, string> Theirs)[] IntendedDifferences =
    [
        ("llama.cpp's images have moved from ggerganov to ggml-org", ours => ours.Replace("ggml-org/", "ggerganov/"), theirs => theirs.Replace("ggml-org/", "ggerganov/")),
        ("with --gpus comes the image that uses GPUs, if the user names none", ours => ours.Contains("--gpus") ? ours.Replace("ggerganov/llama.cpp:server-cuda", "ggerganov/llama.cpp:server") : ours, Same),
        ("no container is privileged: it could write to the files, and to the machine", Same, theirs => theirs.Replace("--privileged ", "")),
        ("the files are the store's own bytes, so they are mounted read-only", ours => VolumeMode().Replace(ours, "$1"), Same),
        ("the container has a name, so that it can be stopped", ours => ContainerName().Replace(ours, ""), Same),
        ("the files lie elsewhere in our store", ours => OurTree().Replace(ours, "<FILES>"), theirs => TheirTree().Replace(theirs, "<FILES>")),
        ("the mount's name is not random", ours => Mount().Replace(ours, "/gp-<HEX8>"), Same),
    ];

    public static IEnumerable<TheoryDataRow<string, int>> Steps =>
        from file in Goldens.Files("packer/cli", "*.json")
        from step in JsonDocument.Parse(File.ReadAllBytes(file)).RootElement.GetProperty("steps").EnumerateArray().Index()
        where step.Item.TryGetProperty("args", out var arguments) && arguments.EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.String } first && first.ValueEquals("run")
        select new TheoryDataRow<string, int>(Path.GetFileNameWithoutExtension(file), step.Index);

    [Theory]
    [GoldenData(nameof(Steps))]
    public async Task Run_starts_what_the_original_starts(string scenario, int index)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Goldens.Path("packer", "cli", scenario + ".json")));
        var step = json.RootElement.GetProperty("steps")[index];
        string[] arguments = [.. step.GetProperty("args").EnumerateArray().Select(a => a.GetString()!)];
        var model = arguments.FirstOrDefault(a => a.StartsWith(RecordedHost, StringComparison.Ordinal));
        Assert.SkipWhen(OperatingSystem.IsWindows() && !arguments.Contains("--dry-run"), "the step starts a shell script");
        Assert.SkipWhen(
            arguments.Any(a => a.Contains('/') && ImageReference.TryParse(a, out var name) && name.Registry == RegistryName.DockerHub),
            "the step reaches for a registry that is not there");

        using var registry = new LoopbackRegistry();
        registry.Load(Goldens.InRepository("packer", "e2e", "registry"));
        if (Goldens.Path("packer", "e2e", "registry") is var recorded && File.Exists(Path.Combine(recorded, "refs.json")))
        {
            registry.Load(recorded);
        }

        using var cli = new CliRunner();
        cli.Variables["PATH"] = cli["programs"];
        var failsWith = step.TryGetProperty("env", out var environment) && environment.TryGetProperty("FAKE_EXIT", out var code) ? code.GetString()! : "0";
        WriteProgram(cli, "fakebox", $"for a in \"$@\"; do printf '[%s]\\n' \"$a\"; done; echo to stderr >&2; exit {failsWith}");
        if (step.TryGetProperty("docker", out var docker) && docker.GetString() == "nvidia")
        {
            WriteProgram(cli, "docker", "echo '{\"Runtimes\":{\"io.containerd.runc.v2\":{},\"nvidia\":{}}}'");
        }

        // Flags that llama-server has renamed are the subject of ArgumentRenewalTests.
        var ours = await cli.RunAsync([arguments[0], "--as-is", .. arguments.Skip(1).Select(a => a.Replace(RecordedHost, registry.Host))]);

        var theirs = step.GetProperty("stdout").GetString()!;
        var panics = step.GetProperty("stderr").GetString()!.StartsWith("panic:", StringComparison.Ordinal);
        var fails = step.GetProperty("exitCode").GetInt32() != 0 && !panics;
        var dashes = Array.IndexOf(arguments, "--") is >= 0 and var at ? at : arguments.Length;

        // The original drops flags that it does not know, with their values; ours refuses them. It has no --port of its own.
        if (arguments.Take(dashes).Any(a => a.StartsWith('-') && a is not ("--dry-run" or "--by" or "--port" or "--help")))
        {
            Assert.Equal(2, ours.ExitCode);
            return;
        }

        Assert.True(fails == (ours.ExitCode != 0), $"{string.Join(' ', arguments)}: {ours.ExitCode} {ours.Error}");
        if (model is null || (fails && !theirs.StartsWith('[')) || panics)
        {
            // Messages and help are our own.
            return;
        }

        if (arguments.Contains("--dry-run"))
        {
            Assert.Equal(Original(LastLine(theirs)), Our(string.Join(' ', ShWords.Split(ours.Output)), cli));
        }
        else
        {
            // The original's programs receive Go's quotes as well, a known bug of it.
            string[] expected = [.. theirs.Split('\n').TakeWhile(line => line.StartsWith('[')).Select(line => Original($"[{Unquote(line[1..^1])}]"))];
            Assert.Equal(expected, ours.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Our(line, cli)));
            Assert.Contains("to stderr", ours.Error);
        }
    }

    private static string Original(string text) =>
        IntendedDifferences.Aggregate(GoQuoted().Replace(text, match => Unquote(match.Value)), (line, difference) => difference.Theirs(line));

    private static string Our(string text, CliRunner cli) =>
        IntendedDifferences.Aggregate(text.Replace(cli.StorePath, "<STORE>"), (line, difference) => difference.Ours(line));

    private static string Same(string line) => line;

    private static string LastLine(string output) => output[(output.LastIndexOf('\r') + 1)..];

    // Go's quoting of what the recordings hold is JSON's.
    private static string Unquote(string text) => text.StartsWith('"') ? JsonSerializer.Deserialize<string>(text)! : text;

    private static void WriteProgram(CliRunner cli, string name, string script)
    {
        if (!OperatingSystem.IsWindows())
        {
            cli.WriteFile($"programs/{name}", $"#!/bin/sh\n{script}\n");
            File.SetUnixFileMode(cli["programs", name], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [GeneratedRegex("(--volume \\S+:/gp-\\S+):ro")]
    private static partial Regex VolumeMode();

    [GeneratedRegex("--name gguf-packer-[0-9a-f]{8} ")]
    private static partial Regex ContainerName();

    [GeneratedRegex("<STORE>/trees/[0-9a-f]{64}")]
    private static partial Regex OurTree();

    [GeneratedRegex("<STORE>/models/layers/sha256/[0-9a-f]{64}")]
    private static partial Regex TheirTree();

    [GeneratedRegex("/gp-[0-9a-f]{8}")]
    private static partial Regex Mount();

    [GeneratedRegex("\"(?:[^\"\\\\]|\\\\.)*\"")]
    private static partial Regex GoQuoted();
}
