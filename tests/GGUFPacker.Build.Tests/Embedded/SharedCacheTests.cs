using System.Text;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Testing;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Build.Tests.Embedded;

/// <summary>Results of steps that go from one machine to another, through a registry or a directory.</summary>
public sealed class SharedCacheTests : IDisposable
{
    private const string Text = "FROM scratch\nCOPY t.txt /\nQUANTIZE --from=context --type=Q8_0 m.gguf /x/q.gguf\nCMD [\"-m\", \"x/q.gguf\"]\n";
    private const string Repository = "team/cache";
    private readonly BuildHarness _first = new() { Registries = NewClient() };
    private readonly BuildHarness _second = new() { Registries = NewClient() };
    private readonly LoopbackRegistry _registry = new();
    private readonly TemporaryDirectory _directory = new();

    public SharedCacheTests()
    {
        foreach (var machine in (BuildHarness[])[_first, _second])
        {
            machine.AddModel("m.gguf");
            machine.Context.Write("t.txt", "text");
        }
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        _registry.Dispose();
        _directory.Dispose();
    }

    private string InRegistry => $"type=registry,ref={_registry.Host}/{Repository}:main";

    [Theory]
    [InlineData("registry")]
    [InlineData("local")]
    [InlineData("name")]
    public async Task A_step_that_another_machine_has_done_is_not_done_again(string kind)
    {
        var (to, from) = kind switch
        {
            "registry" => (InRegistry, InRegistry),
            "local" => ($"type=local,dest={Path.Combine(_directory.Path, "c")}", $"type=local,src={Path.Combine(_directory.Path, "c")}"),
            _ => ($"{_registry.Host}/{Repository}:main", $"{_registry.Host}/{Repository}:main"),
        };
        var made = await BuildAsync(_first, to: to);
        var taken = await BuildAsync(_second, from: from);
        var again = await BuildAsync(_second);

        Assert.Equal(2, made.StepsRun);
        Assert.Equal((1, 1), (taken.StepsRun, taken.StepsCached)); // COPY, QUANTIZE
        Assert.Equal((1, made.Images[0].Files.Single(file => file.Path == "/x/q.gguf").Size), (taken.Totals.Downloaded.Files, taken.Totals.Downloaded.Bytes));
        Assert.Equal(made.Images[0].Manifest, taken.Images[0].Manifest);
        Assert.Equal((0, 2), (again.StepsRun, again.StepsCached));
        Assert.Empty(taken.Diagnostics.Where(diagnostic => diagnostic.Severity != DiagnosticSeverity.Information));
    }

    [Fact]
    public async Task What_no_step_asks_for_is_not_fetched_and_what_the_image_has_is_sent_once()
    {
        var made = await BuildAsync(_first, to: InRegistry);
        await new ImagePush(_first.Registries!, _first.Store).RunAsync(
            new PushRequest(made.Images[0].Manifest, ImageReference.Parse($"{_registry.Host}/{Repository}:image")), null, TestContext.Current.CancellationToken);
        var layer = Manifest().Layers.Single().Digest;

        // The cache's layer is the image's: it went over the wire once.
        Assert.Contains(layer, ImageManifest.Parse(_registry.Content.Manifest(Repository, "image")!.Value.Bytes).Layers.Select(other => other.Digest));
        Assert.Single(_registry.Requests, request => request.Method is "PUT" or "PATCH" && request.BodyBytes > 10_000);

        await BuildAsync(_second, from: InRegistry, text: "FROM scratch\nCOPY t.txt /other\n");
        Assert.DoesNotContain(_registry.Requests, request => request.Method == "GET" && request.Path.EndsWith(layer.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_intermediate_goes_along_if_it_is_asked_for_and_was_written()
    {
        const string Stages = "FROM scratch AS full\nQUANTIZE --from=context --type=F32 m.gguf f.gguf\nFROM scratch\nQUANTIZE --from=full --type=Q4_0 f.gguf q.gguf\n";
        await BuildAsync(_first, text: Stages.Split("FROM scratch\n")[0]);
        await BuildAsync(_first, text: Stages, to: InRegistry);
        Assert.Single(Manifest().Layers);

        await BuildAsync(_first, text: Stages, to: InRegistry + ",mode=max", configure: request => request with { NoCacheStages = ["1"] });
        Assert.Equal(2, Manifest().Layers.Length);
        var taken = await BuildAsync(_second, text: Stages, from: InRegistry);
        Assert.Equal((0, 1), (taken.StepsRun, taken.StepsCached));

        // Another type of the intermediate: that alone comes from the cache, and is not made again.
        using var third = new BuildHarness { Registries = NewClient() };
        third.AddModel("m.gguf");
        var other = await BuildAsync(third, text: Stages.Replace("Q4_0", "Q5_0", StringComparison.Ordinal), from: InRegistry);
        Assert.Equal((1, 1, 1), (other.StepsRun, other.StepsCached, other.Totals.Downloaded.Files));
    }

    [Fact]
    [Trait("Category", "RealParts")]
    public async Task A_real_registry_takes_a_cache_and_gives_it_back()
    {
        using var registry = await DockerRegistry.StartAsync();
        var cache = $"type=registry,ref={registry.Host}/{Repository}:main";

        var made = await BuildAsync(_first, to: cache);
        var taken = await BuildAsync(_second, from: cache);

        Assert.Equal((1, 1), (taken.StepsRun, taken.StepsCached));
        Assert.Equal(made.Images[0].Manifest, taken.Images[0].Manifest);
        Assert.Empty(Warnings(taken));
    }

    [Fact]
    public async Task A_step_that_is_to_run_again_is_not_taken_from_a_cache()
    {
        await BuildAsync(_first, to: InRegistry);
        Assert.Equal(2, (await BuildAsync(_second, from: InRegistry, configure: request => request with { NoCache = true })).StepsRun);
    }

    [Fact]
    public async Task A_cache_that_is_not_there_is_a_warning_and_one_that_cannot_be_written_an_error_unless_that_is_ignored()
    {
        var built = await BuildAsync(_second, from: $"{_registry.Host}/nothing:here");
        Assert.Equal(2, built.StepsRun);
        Assert.Equal(GraphDiagnosticCodes.CacheUnavailable, Assert.Single(Warnings(built)).Code);

        var file = _directory.Write("file", "");
        var error = await Assert.ThrowsAsync<BuildException>(() => BuildAsync(_second, to: $"type=local,dest={file}"));
        Assert.Equal(GraphDiagnosticCodes.CacheUnavailable, Assert.Single(error.Diagnostics).Code);
        Assert.Single(Warnings(await BuildAsync(_second, to: $"type=local,ignore-error=true,dest={file}")));
    }

    [Theory]
    [InlineData("other bytes")]
    [InlineData("fewer bytes")]
    [InlineData("another file")]
    [InlineData("another layer")]
    [InlineData("layer number")]
    [InlineData("no layers")]
    [InlineData("no config")]
    [InlineData("an image")]
    [InlineData("huge config")]
    [InlineData("no json")]
    public async Task What_a_cache_gets_wrong_is_a_warning_and_the_step_runs(string what)
    {
        var expected = (await BuildAsync(_first, to: InRegistry)).Images[0].Manifest;
        using var hostile = new LoopbackRegistry();
        Falsify(hostile.Content, what);

        var built = await BuildAsync(_second, from: $"{hostile.Host}/{Repository}:main");

        Assert.Equal((2, expected), (built.StepsRun, built.Images[0].Manifest));
        Assert.Equal(GraphDiagnosticCodes.CacheUnavailable, Assert.Single(Warnings(built)).Code);
    }

    [Fact]
    public async Task A_cache_of_another_version_has_nothing()
    {
        await BuildAsync(_first, to: InRegistry);
        using var other = new LoopbackRegistry();
        Falsify(other.Content, "another version");

        var built = await BuildAsync(_second, from: $"{other.Host}/{Repository}:main");

        Assert.Equal(2, built.StepsRun);
        Assert.Empty(Warnings(built));
    }

    [Theory]
    [InlineData("type=gha,ref=x")]
    [InlineData("type=registry")]
    [InlineData("type=local")]
    [InlineData("type=local,ref=a:b")]
    [InlineData("type=registry,ref=a:b,src=x")]
    [InlineData("type=registry,ref=UPPER")]
    [InlineData("type=registry,ref=a:b,mode=max")]
    [InlineData("mode=max")]
    [InlineData("A B")]
    [InlineData("")]
    public void What_is_no_cache_is_refused(string text) => Assert.Throws<FormatException>(() => CacheLocation.ParseSource(text, "/"));

    private static IEnumerable<Diagnostic> Warnings(BuildResult result) => result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Warning);

    private static RegistryClient NewClient() => new(new RegistryOptions { RetryDelay = TimeSpan.FromMilliseconds(1), Retries = 1 });

    private ImageManifest Manifest() => ImageManifest.Parse(_registry.Content.Manifest(Repository, "main")!.Value.Bytes);

    private void Falsify(RegistryContent content, string what)
    {
        var manifest = Manifest();
        var config = Encoding.UTF8.GetString(_registry.Content.Blob(manifest.Config.Digest.ToString())!);
        var layer = _registry.Content.Blob(manifest.Layers[0].Digest.ToString())!;
        var step = config[config.IndexOf("\"content\":\"sha256:", StringComparison.Ordinal)..][11..82];
        switch (what)
        {
            case "other bytes":
                layer = (byte[])layer.Clone();
                layer[layer.Length / 2] ^= 1;
                break;
            case "fewer bytes":
                layer = layer[..^1024];
                break;
            case "another file":
                config = config.Replace(step, Digest.Of("x"u8).ToString(), StringComparison.Ordinal);
                break;
            case "another layer":
                manifest = manifest with { Layers = [new Descriptor(MediaTypes.LayerTar, Digest.Of("x"u8), 1)] };
                break;
            case "layer number":
                config = config.Replace("\"layer\":0", "\"layer\":7", StringComparison.Ordinal);
                break;
            case "no layers":
                manifest = manifest with { Layers = [] };
                break;
            case "no config":
                config = config.Replace("\"steps\":[", "\"steps\":[{},", StringComparison.Ordinal);
                break;
            case "no json":
                config = "{";
                break;
            case "another version":
                config = config.Replace("ggufpacker-1", "ggufpacker-0", StringComparison.Ordinal);
                break;
        }

        var bytes = Encoding.UTF8.GetBytes(config);
        content.AddBlob(Repository, bytes);
        content.AddBlob(Repository, layer, manifest.Layers.IsEmpty ? null : manifest.Layers[0].Digest.ToString());
        manifest = manifest with
        {
            Config = new Descriptor(what == "an image" ? MediaTypes.ImageConfig : manifest.Config.MediaType, Digest.Of(bytes), what == "huge config" ? 1L << 40 : bytes.Length),
        };
        content.AddManifest(Repository, "main", manifest.ToBytes(), MediaTypes.ImageManifest);
    }

    private static Task<BuildResult> BuildAsync(
        BuildHarness machine, string? to = null, string? from = null, string text = Text, Func<BuildRequest, BuildRequest>? configure = null) => machine.BuildAsync(text, request =>
        {
            request = request with
            {
                CacheTo = to is null ? [] : [CacheLocation.ParseDestination(to, machine.Context.Path)],
                CacheFrom = from is null ? [] : [CacheLocation.ParseSource(from, machine.Context.Path)],
            };
            return configure?.Invoke(request) ?? request;
        });
}
