using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using GGUFPacker.Build.Embedded;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Tests.Embedded;
using GGUFPacker.Build.Tests.Sources;
using GGUFPacker.Testing;
using GGUFPacker.Testing.Git;
using GGUFPacker.Testing.Hub;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Build.Tests.Examples;

/// <summary>What stands in for the world of an example: a hub, a web server, a git server, a context, and two images in the store.</summary>
internal sealed class ExampleStand : IDisposable
{
    private static readonly byte[] Prompts = new ArchiveFile().File("short/one.txt", "Be brief.\n").File("long.txt", "Take your time.\n").ToGzip();

    private readonly LoopbackHub _hub = new();
    private readonly LoopbackServer _web = new(request => request.Path switch
    {
        "/hello.txt" => LoopbackResponse.Ranged(request, "hello\n"u8.ToArray()),
        "/prompts.tar.gz" => LoopbackResponse.Ranged(request, Prompts),
        _ => LoopbackResponse.Empty(404),
    });

    private readonly GitServer? _git;
    private readonly SourceHarness _sources;
    private readonly Dictionary<string, string> _given = new(StringComparer.Ordinal);

    public ExampleStand(string text)
    {
        _sources = new SourceHarness(_hub);
        _hub.AddDirectory("Qwen/Qwen2-0.5B-Instruct", Model("qwen2-yarn"));
        _hub.AddDirectory("Qwen/Qwen2-1.5B", Model("lora-llama", "base"));
        _hub.AddDirectory("inflaton/Qwen2-1.5B-MAC-lora", Model("lora-llama", "adapter"));
        _hub.AddDirectory("google/gemma-3-4b-it", Model("mm-gemma3"));
        foreach (var (type, file) in ((string, string)[])[("Q5_K_M", "tiny-qwen2.Q4_0.gguf"), ("Q8_0", "tiny-llama.Q8_0.gguf")])
        {
            _hub.Add("QuantFactory/Qwen2-0.5B-Instruct-GGUF", $"Qwen2-0.5B-Instruct.{type}.gguf", File.ReadAllBytes(Tiny(file)));
        }

        FillContext();
        if (text.Contains("ARG  WEB=", StringComparison.Ordinal))
        {
            _given["WEB"] = $"http://{_web.Host}";
        }

        if (text.Contains("ARG  GIT=", StringComparison.Ordinal))
        {
            _git = new GitServer();
            _git.Commit("prompts", ("short/one.txt", "Be brief.\n"u8.ToArray()));
            _git.Git("prompts", "tag", "v1");
            _git.Commit("prompts", ("short/two.txt", "Be very brief.\n"u8.ToArray()));
            _given["GIT"] = $"http://{_git.Host}";
        }
    }

    public void Dispose()
    {
        _git?.Dispose();
        _web.Dispose();
        _hub.Dispose();
        _sources.Dispose();
    }

    /// <summary>Builds, and tells what came out: files, command, labels and notes.</summary>
    public async Task BuildAsync(string text, string[] arguments, StringBuilder report)
    {
        await MakeImageAsync("thxcode/qwen2:0.5b-instruct-q5-k-m", "FROM scratch\nCOPY Qwen2-0.5B-Instruct.Q5_K_M.gguf /\nCMD [\"-m\", \"Qwen2-0.5B-Instruct.Q5_K_M.gguf\"]\n");
        await MakeImageAsync("ubuntu:22.04", "FROM scratch\nCAT 22.04 /etc/version\n");
        var request = Request(text);
        for (var i = 0; i + 1 < arguments.Length; i += 2)
        {
            var pair = arguments[i + 1].Split('=', 2);
            request = arguments[i] == "--build-arg"
                ? request with { BuildArguments = request.BuildArguments.SetItem(pair[0], pair[1]) }
                : request with { Targets = [new BuildTarget { Stage = pair[0] }] };
        }

        var result = await RunAsync(request with { BuildArguments = request.BuildArguments.SetItems(_given) });
        var image = Assert.Single(result.Images);
        foreach (var layer in _sources.Build.Layers(image))
        {
            // Names of commits and packs change with the day.
            report.Append(CultureInfo.InvariantCulture, $"layer {string.Join(", ", layer.Where(entry => !entry.Contains("/.git/objects/pack/", StringComparison.Ordinal)))}\n");
        }

        foreach (var file in image.Files.Where(file => !file.Path.Contains("/.git/", StringComparison.Ordinal)).OrderBy(file => file.Path, StringComparer.Ordinal))
        {
            // Gzip's bytes are not the same on every system.
            report.Append(CultureInfo.InvariantCulture, $"{file.Path}{(file.Path.EndsWith(".gz", StringComparison.Ordinal) ? "" : $" {file.Size} {file.Digest.Hex[..16]}")}\n");
        }

        var config = _sources.Build.Config(image);
        report.Append(CultureInfo.InvariantCulture, $"CMD {string.Join(" | ", config.Command.Arguments)}\n");
        foreach (var (name, value) in config.Labels.OrderBy(label => label.Key, StringComparer.Ordinal))
        {
            report.Append(CultureInfo.InvariantCulture, $"LABEL {name}={Regex.Replace(value, "sha256:[0-9a-f]{64}", "sha256:…")}\n");
        }

        foreach (var note in result.Diagnostics)
        {
            report.Append(CultureInfo.InvariantCulture, $"{note.Span.StartLine} {note.Code}\n");
        }
    }

    private async Task MakeImageAsync(string reference, string text) => await RunAsync(Request(text) with { Targets = [new BuildTarget { References = [reference] }] });

    private BuildRequest Request(string text) =>
        new() { PackerfilePath = _sources.Build.Context.Write("GGUFPackerfile", text), ContextDirectory = _sources.Build.Context.Path, Threads = 1 };

    private Task<BuildResult> RunAsync(BuildRequest request)
    {
        var environment = new BuildEnvironment { Variable = name => _sources.Variables.GetValueOrDefault(name), Home = _sources.Home.Path, Http = _sources.Http };
        return new EmbeddedBuildEngine(_sources.Build.Store, environment).BuildAsync(request, null, TestContext.Current.CancellationToken);
    }

    private void FillContext()
    {
        var context = _sources.Build.Context;
        context.Copy(Tiny("tiny-qwen2.Q4_0.gguf"), "Qwen2-0.5B-Instruct.Q5_K_M.gguf");
        context.Copy(Tiny("tiny-llama.F16.gguf"), "Qwen2-0.5B-Instruct.F16.gguf");
        context.Copy(Tiny("tiny-draft.F16.gguf"), "draft.gguf");
        context.Copy(Tiny("tiny-mmproj.F16.gguf"), "mmproj.gguf");
        context.Copy(Tiny("tiny-lora-a.gguf"), "lora-a.gguf");
        context.Copy(Tiny("tiny-lora-b.gguf"), "lora-b.gguf");
        context.Copy(Tiny("tiny-cvec.gguf"), "cvec.gguf");
        context.Copy(Goldens.InRepository("austen", "austen.imatrix.gguf"), "austen.imatrix.gguf");
        context.Write("prompts.tar.gz", Prompts);
        CopyDirectory(Model("qwen2-yarn"), "Qwen2-0.5B-Instruct");
        CopyDirectory(Path.GetFullPath(Goldens.InRepository("..", "..", "samples", "Austen", "austen")), "austen");
    }

    private void CopyDirectory(string source, string name)
    {
        foreach (var file in Directory.EnumerateFiles(source))
        {
            _sources.Build.Context.Copy(file, Path.Combine(name, Path.GetFileName(file)));
        }
    }

    private static string Model(params string[] parts) => Goldens.InRepository(["convert", "models", .. parts]);

    private static string Tiny(string name) => Goldens.InRepository("packer", "gguf", name);
}
