using GGUFPacker.Build.Embedded;
using GGUFPacker.Build.Engine;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing;

namespace GGUFPacker.Build.Tests.Embedded;

/// <summary>Several builds on one store at a time. Each has opened the store itself, as processes do.</summary>
public sealed class SharedStoreTests : IDisposable
{
    private const string Text = "FROM scratch\nQUANTIZE --from=context --type=Q4_0 m.gguf q.gguf\nCMD [\"-m\", \"q.gguf\"]\n";
    private readonly TemporaryDirectory _context = new();
    private readonly TemporaryDirectory _store = new();

    public SharedStoreTests() => _context.Copy(Goldens.InRepository("packer", "gguf", "tiny-llama.F16.gguf"), "m.gguf");

    public void Dispose()
    {
        _context.Dispose();
        _store.Dispose();
    }

    [Fact]
    public async Task Of_two_builds_that_need_the_same_file_one_makes_it_and_the_other_waits()
    {
        // The first stops in the midst of the file until the second has said that it waits.
        var (isWriting, otherWaits) = (new TaskCompletionSource(), new TaskCompletionSource());
        var first = Task.Run(() => BuildAsync(value =>
        {
            if (value.Status == BuildStepStatus.Advanced)
            {
                isWriting.TrySetResult();
                otherWaits.Task.Wait(TestContext.Current.CancellationToken);
            }
        }));
        await isWriting.Task.WaitAsync(TestContext.Current.CancellationToken);
        var second = Task.Run(() => BuildAsync(value =>
        {
            if (value.Status == BuildStepStatus.Noted)
            {
                otherWaits.TrySetResult();
            }
        }));

        var results = await Task.WhenAll(first, second);

        Assert.Equal((1, 0), (results[0].StepsRun, results[0].StepsCached));
        Assert.Equal((0, 1), (results[1].StepsRun, results[1].StepsCached));
        Assert.Equal(results[0].Images[0].Manifest, results[1].Images[0].Manifest);
        Assert.Equal((0, 1), (results[1].Totals.Written.Files, results[1].Totals.Reused.Files));
    }

    [Fact]
    public async Task A_build_goes_on_when_the_one_it_waits_for_is_stopped()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var (isWriting, otherWaits) = (new TaskCompletionSource(), new TaskCompletionSource());
        var first = Task.Run(() => BuildAsync(
            value =>
            {
                if (value.Status == BuildStepStatus.Advanced)
                {
                    isWriting.TrySetResult();
                    otherWaits.Task.Wait(TestContext.Current.CancellationToken);
                    stop.Cancel();
                }
            },
            cancellationToken: stop.Token));
        await isWriting.Task.WaitAsync(TestContext.Current.CancellationToken);
        var second = BuildAsync(value =>
        {
            if (value.Status == BuildStepStatus.Noted)
            {
                otherWaits.TrySetResult();
            }
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(1, (await second).StepsRun);
    }

    [Fact]
    public async Task Many_builds_of_several_files_end_with_the_same_images()
    {
        const string Several = "FROM scratch\nCAT text /t\nCOPY m.gguf /c.gguf\nFROM scratch\nCOPY --from=0 / /\nQUANTIZE --type=Q8_0 c.gguf q.gguf\n";
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => BuildAsync(null, i % 2 == 0 ? Text : Several))));

        Assert.Equal(2, results.Select(result => result.Images[0].Manifest.Digest).Distinct().Count());
        Assert.Equal(2, results.Sum(result => result.Images[0].Files.Any(file => file.Path == "/t") ? 0 : result.StepsRun) + 1);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_store.Path, "temp")));
    }

    [Fact]
    public async Task Steps_of_a_named_stage_alone_run_again()
    {
        const string Stages = "FROM scratch AS a\nQUANTIZE --from=context --type=Q8_0 m.gguf a.gguf\nFROM scratch AS b\nQUANTIZE --from=context --type=Q4_0 m.gguf b.gguf\nFROM a\nCOPY --from=b / /\n";
        await BuildAsync(null, Stages);

        Assert.Equal(0, (await BuildAsync(null, Stages)).StepsRun);
        Assert.Equal(["[a 1/1] QUANTIZE --from=context --type=Q8_0 m.gguf a.gguf"], await RunAgainAsync("A"));
        Assert.Equal(["[b 1/1] QUANTIZE --from=context --type=Q4_0 m.gguf b.gguf"], await RunAgainAsync("1"));
        Assert.Contains(
            "There is no stage 'c'",
            (await Assert.ThrowsAsync<BuildException>(() => BuildAsync(null, Stages, request => request with { NoCacheStages = ["c"] }))).Message,
            StringComparison.Ordinal);

        async Task<string[]> RunAgainAsync(string stage)
        {
            var run = new List<string>();
            await BuildAsync(
                value =>
                {
                    if (value is { Status: BuildStepStatus.Completed, Name: var name } && name.Contains("QUANTIZE", StringComparison.Ordinal))
                    {
                        run.Add(name);
                    }
                },
                Stages,
                request => request with { NoCacheStages = [stage] });
            return [.. run];
        }
    }

    [Fact]
    public async Task What_is_made_again_is_made_once_for_all_platforms()
    {
        var built = await BuildAsync(null, Text, request => request with { NoCache = true, Platforms = [new("linux", "amd64"), new("linux", "arm64")] });
        Assert.Equal(1, built.StepsRun);
        Assert.Equal(1, built.Totals.Written.Files);
    }

    private async Task<BuildResult> BuildAsync(
        Action<BuildProgress>? progress, string text = Text, Func<BuildRequest, BuildRequest>? configure = null, CancellationToken cancellationToken = default)
    {
        using var store = ContentStore.Open(_store.Path);
        var request = new BuildRequest { PackerfilePath = _context.Write($"{Guid.NewGuid():n}.file", text), ContextDirectory = _context.Path, Threads = 1 };
        var token = cancellationToken == default ? TestContext.Current.CancellationToken : cancellationToken;
        return await new EmbeddedBuildEngine(store).BuildAsync(configure?.Invoke(request) ?? request, progress is null ? null : new Calls(progress), token);
    }

    private sealed class Calls(Action<BuildProgress> call) : IProgress<BuildProgress>
    {
        public void Report(BuildProgress value) => call(value);
    }
}
