using System.Collections.Immutable;
using System.Text;
using GGUFPacker.Build.Embedded;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;
using GGUFPacker.Build.Images;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing;

namespace GGUFPacker.Build.Tests.Embedded;

public sealed class EmbeddedBuildEngineTests : IDisposable
{
    private readonly TemporaryDirectory _context = new();
    private readonly TemporaryDirectory _storeDirectory = new();
    private readonly ContentStore _store;

    public EmbeddedBuildEngineTests()
    {
        _store = ContentStore.Open(_storeDirectory.Path);
        _context.Copy(Goldens.InRepository("packer", "gguf", "tiny-llama.F16.gguf"), "models/tiny.gguf");
        _context.Write("models/sub/a.txt", "a");
        _context.Write("b.txt", "b");
    }

    public void Dispose()
    {
        _store.Dispose();
        _storeDirectory.Dispose();
        _context.Dispose();
    }

    [Fact]
    public async Task A_file_is_quantized_packed_and_described()
    {
        var result = await Build("""
            FROM scratch
            LABEL a=b
            QUANTIZE --from=context --type=q8_0 models/tiny.gguf /app/tiny.Q8_0.gguf
            CMD ["-m", "app/tiny.Q8_0.gguf", "-c", "64"]
            """, "localhost:5000/t/tiny:Q8_0");
        var image = Assert.Single(result.Images);
        var file = Assert.Single(image.Files);
        Assert.Equal("/app/tiny.Q8_0.gguf", file.Path);
        Assert.Equal(Digest.Of(File.ReadAllBytes(file.StorePath)), file.Digest);
        using (var gguf = GgufFile.Open(file.StorePath))
        {
            Assert.Equal(7, gguf.Metadata.GetInteger("general.file_type"));
        }

        Assert.Equal(image.Manifest, _store.Tags.Find(ImageReference.Parse("localhost:5000/t/tiny:Q8_0"))!.Manifest);
        var config = ModelImageConfig.Parse(_store.Blobs.Get(image.Config.Digest));
        Assert.Equal("llama", config.Model!.Architecture);
        Assert.Equal("Q8_0", config.Labels["gguf.model.filetype"]);
        Assert.Equal("b", config.Labels["a"]);
        Assert.Equal("1970-01-01T00:00:00Z", config.Labels["org.opencontainers.image.created"]);
    }

    [Fact]
    public async Task The_layer_is_a_tar_of_the_file_and_its_directories()
    {
        var image = (await Build("FROM scratch\nCOPY --chmod=640 b.txt /x/y/\n")).Images[0];
        var manifest = ImageManifest.Parse(_store.Blobs.Get(image.Manifest.Digest));
        var layer = _store.Layers.Get(Assert.Single(manifest.Layers).Digest);
        using var tar = _store.Layers.OpenRead(layer);
        using var reader = new System.Formats.Tar.TarReader(tar);
        var entries = new List<(string, UnixFileMode)>();
        while (reader.GetNextEntry() is { } entry)
        {
            entries.Add((entry.Name.TrimEnd('/'), entry.Mode));
        }

        Assert.Equal([("x", (UnixFileMode)0b111_101_101), ("x/y", (UnixFileMode)0b111_101_101), ("x/y/b.txt", (UnixFileMode)0b110_100_000)], entries);
    }

    [Fact]
    public async Task A_second_build_runs_no_step_and_gives_the_same_image()
    {
        const string text = "FROM scratch\nCOPY models /m\nCAT <<EOF /p.txt\nhello\nEOF\nQUANTIZE --type=Q4_0 m/tiny.gguf q.gguf\nCMD [\"-m\", \"q.gguf\"]\n";
        var first = await Build(text);
        var second = await Build(text);
        Assert.Equal(3, first.StepsRun);
        Assert.Equal((0, 3), (second.StepsRun, second.StepsCached));
        Assert.Equal(first.Images[0].Manifest, second.Images[0].Manifest);
    }

    [Fact]
    public async Task A_changed_command_changes_the_config_and_no_layer()
    {
        const string text = "FROM scratch\nQUANTIZE --from=context --type=Q4_0 models/tiny.gguf q.gguf\n";
        var first = await Build(text + "CMD [\"-m\", \"q.gguf\"]\n");
        var second = await Build(text + "CMD [\"-m\", \"q.gguf\", \"-c\", \"9\"]\n");
        Assert.Equal(0, second.StepsRun);
        Assert.NotEqual(first.Images[0].Config, second.Images[0].Config);
        Assert.Equal(Layers(first).Select(layer => layer.Digest), Layers(second).Select(layer => layer.Digest));
    }

    [Fact]
    public async Task An_intermediate_that_no_image_has_is_never_written()
    {
        const string text = "FROM scratch AS base\nQUANTIZE --from=context --type=F32 models/tiny.gguf m.gguf\nFROM scratch\nQUANTIZE --from=base --type=Q4_0 m.gguf q.gguf\n";
        var fused = await Build(text);
        Assert.Equal((2, 1), (fused.StepsRun, fused.Totals.Written.Files));
        var intermediate = await Build(text.Split("FROM scratch\n")[0]);
        Assert.Equal(1, intermediate.StepsRun);
        var again = await Build(text, noCache: true);
        Assert.Equal(fused.Images[0].Manifest, again.Images[0].Manifest);
    }

    [Fact]
    public async Task A_changed_source_file_is_noticed()
    {
        const string text = "FROM scratch\nCOPY b.txt /\n";
        var first = await Build(text);
        _context.Write("b.txt", "c");
        var second = await Build(text);
        Assert.NotEqual(first.Images[0].Manifest, second.Images[0].Manifest);
        Assert.Equal("c", File.ReadAllText(second.Images[0].Files[0].StorePath));
    }

    [Fact]
    public async Task Several_targets_share_their_steps()
    {
        var result = await Build("""
            FROM scratch AS base
            COPY models/tiny.gguf /
            FROM base AS q4
            QUANTIZE --type=Q4_0 tiny.gguf q4.gguf
            FROM base AS q8
            QUANTIZE --type=Q8_0 tiny.gguf q8.gguf
            """, targets: ["q4", "q8"]);
        Assert.Equal(["/q4.gguf", "/tiny.gguf"], result.Images[0].Files.Select(file => file.Path));
        Assert.Equal(["/q8.gguf", "/tiny.gguf"], result.Images[1].Files.Select(file => file.Path));
        Assert.Equal(Manifest(result.Images[0]).Layers[0].Digest, Manifest(result.Images[1]).Layers[0].Digest);
    }

    [Fact]
    public async Task Copies_follow_the_rules_of_a_Dockerfile()
    {
        var result = await Build("""
            FROM scratch AS one
            COPY models d
            COPY models/*.gguf e/
            COPY b.txt f
            COPY b.txt models/sub/a.txt g/
            COPY <<X <<Y h/
            x
            X
            y
            Y
            FROM scratch
            COPY --from=one /d/sub /
            COPY --from=one f ../../k
            """, targets: ["one", "1"]);
        Assert.Equal(
            ["/d/sub/a.txt", "/d/tiny.gguf", "/e/tiny.gguf", "/f", "/g/a.txt", "/g/b.txt", "/h/X", "/h/Y"],
            result.Images[0].Files.Select(file => file.Path));
        Assert.Equal(["/a.txt", "/k"], result.Images[1].Files.Select(file => file.Path));
    }

    [Theory]
    [InlineData("FROM scratch\nCOPY nothing /x\n", GraphDiagnosticCodes.StepFailed, 2, "nothing")]
    [InlineData("FROM scratch\nCOPY b.txt /x\nCOPY b.txt /x/y\n", GraphDiagnosticCodes.StepFailed, 3, "/x")]
    [InlineData("FROM scratch\nQUANTIZE --from=context --type=Q4_0 b.txt q.gguf\n", GraphDiagnosticCodes.StepFailed, 2, "b.txt")]
    [InlineData("FROM scratch\nQUANTIZE --from=context --type=Q4_0 models q.gguf\n", GraphDiagnosticCodes.StepFailed, 2, "models")]
    [InlineData("FROM scratch\nQUANTIZE --from=context --type=Q4_0 models/tiny.gguf q/\n", GraphDiagnosticCodes.StepFailed, 2, "q/")]
    [InlineData("FROM scratch\nCONVERT --from=context b.txt q.gguf\n", GraphDiagnosticCodes.StepFailed, 2, "b.txt")]
    [InlineData("FROM scratch\nCOPY b.txt /\nCMD [\"-m\", \"m.gguf\"]\n", GraphDiagnosticCodes.CommandFileMissing, 3, "/m.gguf")]
    [InlineData("FROM scratch\nCOPY b.txt /\nCMD [\"-m\", \"b.txt\"]\n", GraphDiagnosticCodes.CommandFileMissing, 3, "")]
    public async Task A_step_that_fails_says_where_and_leaves_nothing(string text, string code, int line, string quoted)
    {
        var error = await Assert.ThrowsAsync<BuildException>(() => Build(text));
        var diagnostic = Assert.Single(error.Diagnostics);
        Assert.Equal((code, line), (diagnostic.Code, diagnostic.Span.StartLine));
        Assert.Contains(quoted, diagnostic.Message, StringComparison.Ordinal);
        Assert.Empty(_store.Tags.List());
    }

    [Fact]
    public async Task A_link_that_leads_out_of_the_context_is_not_copied()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need a privilege on Windows.");
        using var outside = new TemporaryDirectory();
        File.CreateSymbolicLink(Path.Combine(_context.Path, "link"), outside.Write("secret", "s"));
        var error = await Assert.ThrowsAsync<BuildException>(() => Build("FROM scratch\nCOPY link /x\n"));
        Assert.Contains("out of", error.Diagnostics[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_leaves_no_temporary_file()
    {
        using var cancellation = new CancellationTokenSource();
        var progress = new CancelOnAdvance(cancellation);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new EmbeddedBuildEngine(_store).BuildAsync(
            Request("FROM scratch\nQUANTIZE --from=context --type=Q4_0 models/tiny.gguf q.gguf\n"), progress, cancellation.Token));
        Assert.DoesNotContain(Directory.EnumerateFiles(_storeDirectory.Path, "*", SearchOption.AllDirectories), path => new FileInfo(path).Length > 1000);
    }

    [Fact]
    public async Task The_time_is_the_epoch_that_is_asked_for()
    {
        var request = Request("FROM scratch\nCOPY b.txt /\n") with { BuildArguments = ImmutableDictionary<string, string>.Empty.Add("SOURCE_DATE_EPOCH", "1720000000") };
        var image = (await new EmbeddedBuildEngine(_store).BuildAsync(request, null, TestContext.Current.CancellationToken)).Images[0];
        Assert.Equal("2024-07-03T09:46:40Z", ImageConfig.Parse(_store.Blobs.Get(image.Config.Digest)).Created);
    }

    private ImageManifest Manifest(BuiltImage image) => ImageManifest.Parse(_store.Blobs.Get(image.Manifest.Digest));

    private Descriptor[] Layers(BuildResult result) => [.. Manifest(result.Images[0]).Layers];

    private Task<BuildResult> Build(string text, string? reference = null, string[]? targets = null, bool noCache = false) =>
        new EmbeddedBuildEngine(_store).BuildAsync(Request(text, reference, targets) with { NoCache = noCache }, null, TestContext.Current.CancellationToken);

    private BuildRequest Request(string text, string? reference = null, string[]? targets = null)
    {
        var path = Path.Combine(_storeDirectory.Path, "GGUFPackerfile");
        File.WriteAllText(path, text, new UTF8Encoding(false));
        return new BuildRequest
        {
            PackerfilePath = path,
            ContextDirectory = _context.Path,
            Targets = targets is null
                ? [new BuildTarget { References = reference is null ? [] : [reference] }]
                : [.. targets.Select(target => new BuildTarget { Stage = target })],
        };
    }

    private sealed class CancelOnAdvance(CancellationTokenSource cancellation) : IProgress<BuildProgress>
    {
        public void Report(BuildProgress value)
        {
            if (value.Status == BuildStepStatus.Advanced)
            {
                cancellation.Cancel();
            }
        }
    }
}
