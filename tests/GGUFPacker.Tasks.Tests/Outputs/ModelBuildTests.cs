using System.Collections.Immutable;
using System.Text;
using GGUFPacker.Build.Engine;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Store;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Tasks.Outputs;
using GGUFPacker.Tasks.Reporting;
using GGUFPacker.Testing;
using Microsoft.Build.Utilities;
using Task = System.Threading.Tasks.Task;

namespace GGUFPacker.Tasks.Tests.Outputs;

public sealed class ModelBuildTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingBuildEngine _log = new();
    private readonly ContentStore _store;

    public ModelBuildTests() => _store = ContentStore.Open(_directory["store"]);

    public void Dispose()
    {
        _store.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Each_gguf_file_of_the_images_lies_in_the_output_directory_as_a_link_to_the_store()
    {
        await RunAsync(
            Image("q8_0", ["a:Q8_0", "a:1-Q8_0"], ("/A.Q8_0.gguf", "eight"), ("/readme.txt", "text")),
            Image("q4_0", ["a:Q4_0"], ("/models/A.Q4_0.gguf", "four"), ("/A.Q8_0.gguf", "eight")));

        Assert.Equal(["A.Q4_0.gguf", "A.Q8_0.gguf"], Directory.EnumerateFiles(_directory["bin"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("eight", File.ReadAllText(_directory["bin", "A.Q8_0.gguf"]));

        // Two names of one file: what is appended to the one is read from the other.
        File.AppendAllText(_directory["bin", "A.Q4_0.gguf"], "!");
        Assert.Equal("four!", File.ReadAllText(_store.Contents.PathOf(Digest.Of("four"u8))));

        Assert.Equal([Path.Combine("bin", "A.Q8_0.gguf"), Path.Combine("bin", "A.Q4_0.gguf")], File.ReadAllLines(_directory["obj", "outputs"]));
        var images = File.ReadAllLines(_directory["obj", "images"]).Select(line => line.Split('|')).ToList();
        Assert.Equal(["a:Q8_0", "a:1-Q8_0", "a:Q4_0"], images.Select(image => image[0]));
        Assert.All(images, image => Assert.True(File.Exists(image[2])));
    }

    [Fact]
    public async Task A_file_that_is_there_already_stays_and_one_that_is_gone_comes_back()
    {
        var image = Image("all", ["a:latest"], ("/a.gguf", "aaaa"), ("/b.gguf", "bbbb"));
        await RunAsync(image);
        var before = File.GetLastWriteTimeUtc(_directory["bin", "a.gguf"]);
        File.Delete(_directory["bin", "b.gguf"]);

        await RunAsync(image);

        Assert.Equal(before, File.GetLastWriteTimeUtc(_directory["bin", "a.gguf"]));
        Assert.Equal("bbbb", File.ReadAllText(_directory["bin", "b.gguf"]));
    }

    [Fact]
    public async Task A_file_of_the_cache_that_replaces_a_newer_one_of_the_same_size_is_the_newer_one_then()
    {
        var (old, young) = (Image("x", ["a:x"], ("/a.gguf", "old!")), Image("x", ["a:x"], ("/a.gguf", "new!")));
        File.SetLastWriteTimeUtc(old.Files[0].StorePath, DateTime.UtcNow.AddDays(-2));
        await RunAsync(young);
        var before = File.GetLastWriteTimeUtc(_directory["bin", "a.gguf"]);

        await RunAsync(old);

        Assert.Equal("old!", File.ReadAllText(_directory["bin", "a.gguf"]));
        Assert.True(File.GetLastWriteTimeUtc(_directory["bin", "a.gguf"]) > before);
    }

    [Fact]
    public async Task Two_different_files_of_one_name_are_an_error()
    {
        var fault = await Assert.ThrowsAsync<BuildException>(() => RunAsync(Image("a", ["a:a"], ("/m.gguf", "1")), Image("b", ["a:b"], ("/m.gguf", "2"))));

        Assert.Equal("GGUF0620", Assert.Single(fault.Diagnostics).Code);
    }

    [Fact]
    public async Task Warnings_of_the_engine_are_warnings_of_the_build_at_their_place()
    {
        var place = new SourceSpan("GGUFPackerfile", 3, 4, 3, 9);
        await RunAsync([new Diagnostic("GGUF0101", DiagnosticSeverity.Warning, place, "100 % {sure}")], Image("a", ["a:a"], ("/m.gguf", "1")));

        var warning = Assert.Single(_log.Warnings);
        Assert.Equal(("GGUF0101", "100 % {sure}"), (warning.Code, warning.Message));
        Assert.Equal((place.Path, 3, 4), (warning.File, warning.LineNumber, warning.ColumnNumber));
    }

    [Fact]
    public async Task A_second_build_waits_for_the_first()
    {
        var path = _directory["obj", "lock"];
        var first = await OutputLock.TakeAsync(path, () => { }, CancellationToken.None);
        var told = new TaskCompletionSource();
        var second = OutputLock.TakeAsync(path, told.SetResult, CancellationToken.None);
        await told.Task;
        Assert.False(second.IsCompleted);

        first.Dispose();

        (await second).Dispose();
    }

    private Task RunAsync(params BuiltImage[] images) => RunAsync([], images);

    private Task RunAsync(ImmutableArray<Diagnostic> warnings, params BuiltImage[] images)
    {
        var log = new TaskLoggingHelper(_log, "test");
        var request = new BuildRequest { PackerfilePath = "GGUFPackerfile", ContextDirectory = _directory.FullName };
        var output = new ModelOutputOptions
        {
            ProjectDirectory = _directory.FullName,
            OutputDirectory = "bin",
            OutputsRecord = _directory["obj", "outputs"],
            ImagesRecord = _directory["obj", "images"],
        };
        var engine = new ReadyEngine(new BuildResult([.. images], warnings, 1, 0));
        return new ModelBuild(engine, _store, log).RunAsync(request, output, new BuildProgressLog(log, TimeProvider.System, null), CancellationToken.None);
    }

    private BuiltImage Image(string stage, ImmutableArray<string> references, params (string Path, string Text)[] files)
    {
        var descriptor = _store.Blobs.Put("application/json", Encoding.UTF8.GetBytes(stage));
        return new BuiltImage(new BuildTarget { Stage = stage, References = references }, descriptor, descriptor, [.. files.Select(file =>
        {
            _store.Contents.Ingest(Encoding.UTF8.GetBytes(file.Text));
            var digest = Digest.Of(Encoding.UTF8.GetBytes(file.Text));
            return new ImageFile(file.Path, digest, file.Text.Length, _store.Contents.PathOf(digest));
        })]);
    }

    /// <summary>An engine that has built already: what these tests are about comes after it.</summary>
    private sealed class ReadyEngine(BuildResult result) : IBuildEngine
    {
        public Task<BuildResult> BuildAsync(BuildRequest request, IProgress<BuildProgress>? progress, CancellationToken cancellationToken) =>
            Task.FromResult(result);
    }
}
