using GGUFPacker.Build.Embedded;
using GGUFPacker.Build.Engine;

namespace GGUFPacker.Build.Tests.Embedded;

/// <summary>What a build tells of a step whose file is never written, because the next one reads it while it is made.</summary>
public sealed class FusedStepTests : IDisposable
{
    private readonly BuildHarness _build = new();
    private readonly List<BuildProgress> _told = [];

    public FusedStepTests() => _build.AddModel("m.gguf");

    public void Dispose() => _build.Dispose();

    [Fact]
    public async Task Each_that_reads_it_lets_it_work_once()
    {
        await BuildAsync("FROM scratch AS wide\nQUANTIZE --from=context --type=F32 m.gguf w.gguf\nFROM scratch\nQUANTIZE --from=wide --type=Q4_0 w.gguf a.gguf\nQUANTIZE --from=wide --type=Q8_0 w.gguf b.gguf\n");

        Assert.Equal(
            ["Q4_0 Started", "F32 Started", "F32 Noted", "F32 Completed", "Q4_0 Completed", "Q8_0 Started", "F32 Started", "F32 Noted", "F32 Completed", "Q8_0 Completed"],
            _told.Where(step => step.Status != BuildStepStatus.Advanced).Select(step => $"{step.Name.Split("--type=")[1].Split(' ')[0]} {step.Status}"));
    }

    [Fact]
    public async Task What_is_wrong_with_it_is_told_at_its_place()
    {
        _build.Context.Write("odd/config.json", """{"architectures":["NoSuchModel"]}""");
        _build.Context.Write("odd/model.safetensors", [2, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'}']);

        var error = await Assert.ThrowsAsync<BuildException>(() => BuildAsync("FROM scratch AS c\nCONVERT --from=context odd c.gguf\nFROM scratch\nQUANTIZE --from=c --type=Q8_0 c.gguf q.gguf\n"));

        Assert.Equal(2, Assert.Single(error.Diagnostics).Span.StartLine);
        var last = _told[^1];
        Assert.Equal(BuildStepStatus.Failed, last.Status);
        Assert.Contains("CONVERT", last.Name, StringComparison.Ordinal);
    }

    private Task<BuildResult> BuildAsync(string text) => new EmbeddedBuildEngine(_build.Store).BuildAsync(
        new BuildRequest { PackerfilePath = _build.Context.Write("GGUFPackerfile", text), ContextDirectory = _build.Context.Path, Threads = 1 },
        new Teller(_told),
        TestContext.Current.CancellationToken);

    private sealed class Teller(List<BuildProgress> told) : IProgress<BuildProgress>
    {
        public void Report(BuildProgress value) => told.Add(value);
    }
}
