using GGUFPacker.Build.Embedded;
using GGUFPacker.Build.Engine;
using GGUFPacker.Testing;

namespace GGUFPacker.Build.Tests.Embedded;

/// <summary>Files that somebody writes to while a build reads them.</summary>
public sealed class ChangedSourceTests : IDisposable
{
    private readonly BuildHarness _harness = new();

    public ChangedSourceTests() => _harness.AddModel("m.gguf");

    public void Dispose() => _harness.Dispose();

    [Theory]
    [InlineData("changed")]
    [InlineData("grown")]
    [InlineData("cut")]
    [InlineData("removed")]
    public async Task A_model_that_changes_under_QUANTIZE_ends_the_build_and_nothing_is_remembered(string how)
    {
        var path = Path.Combine(_harness.Context.Path, "m.gguf");
        var error = await FailAsync("FROM scratch\nQUANTIZE --from=context --type=Q4_0 m.gguf q.gguf\n", BuildStepStatus.Advanced, () => Change(path, how));

        Assert.Contains($"'{path}' was {(how == "removed" ? "removed" : "changed")} while the build read it", error, StringComparison.Ordinal);
        Assert.StartsWith("2 GGUF0206", error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_harness.Store.Root, "temp")));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_harness.Store.Root, "contents", "sha256")));
    }

    [Fact]
    public async Task A_checkpoint_that_changes_under_a_conversion_that_is_quantized_on_the_way_is_named()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Goldens.RepositoryRoot, "samples", "Austen", "austen")))
        {
            _harness.Context.Copy(file, "c/" + Path.GetFileName(file));
        }

        var path = Path.Combine(_harness.Context.Path, "c", "config.json");
        var error = await FailAsync(
            "FROM scratch AS full\nCONVERT --from=context c m.gguf\nFROM scratch\nQUANTIZE --from=full --type=Q8_0 m.gguf q.gguf\n",
            BuildStepStatus.Advanced,
            () => File.AppendAllText(path, " "));

        Assert.StartsWith("4 GGUF0206", error, StringComparison.Ordinal);
        Assert.Contains($"'{path}' was changed", error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_harness.Store.Root, "contents", "sha256")));
    }

    [Fact]
    public async Task A_file_that_changes_between_two_steps_ends_the_build()
    {
        var path = _harness.Context.Write("t.txt", "one");
        var error = await FailAsync("FROM scratch\nCOPY t.txt /a\nCOPY t.txt /b\n", BuildStepStatus.Completed, () => File.WriteAllText(path, "three"));

        Assert.StartsWith("3 GGUF0206", error, StringComparison.Ordinal);
        Assert.Contains($"'{path}' was changed", error, StringComparison.Ordinal);
        Assert.Empty(_harness.Store.Tags.List());
    }

    private static void Change(string path, string how)
    {
        switch (how)
        {
            case "removed":
                File.Delete(path);
                break;
            case "cut":
                using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                {
                    file.SetLength(file.Length / 2);
                }

                break;
            case "grown":
                using (var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
                {
                    file.WriteByte(0);
                }

                break;
            default:
                using (var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
                {
                    file.Position = file.Length - 1;
                    file.WriteByte(0x55);
                }

                // Whatever the file system's clock can tell.
                File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddSeconds(2));
                break;
        }
    }

    private async Task<string> FailAsync(string text, BuildStepStatus when, Action change)
    {
        var isChanged = false;
        var request = new BuildRequest { PackerfilePath = _harness.Context.Write("GGUFPackerfile", text), ContextDirectory = _harness.Context.Path, Threads = 1 };
        var error = await Assert.ThrowsAsync<BuildException>(() => new EmbeddedBuildEngine(_harness.Store).BuildAsync(
            request,
            new Calls(value =>
            {
                if (value.Status == when && !isChanged)
                {
                    isChanged = true;
                    change();
                }
            }),
            TestContext.Current.CancellationToken));
        return string.Join('\n', error.Diagnostics.Select(diagnostic => $"{diagnostic.Span.StartLine} {diagnostic.Code} {diagnostic.Message}"));
    }

    private sealed class Calls(Action<BuildProgress> call) : IProgress<BuildProgress>
    {
        public void Report(BuildProgress value) => call(value);
    }
}
