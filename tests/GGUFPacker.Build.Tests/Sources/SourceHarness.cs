using GGUFPacker.Build.Embedded;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Sources.Http;
using GGUFPacker.Build.Tests.Embedded;
using GGUFPacker.Testing.Hub;

namespace GGUFPacker.Build.Tests.Sources;

/// <summary>A build whose sources are on servers of the test's own; it waits for nothing.</summary>
internal sealed class SourceHarness : IDisposable
{
    public SourceHarness(LoopbackHub? hub = null)
    {
        if (hub is not null)
        {
            Variables["HF_ENDPOINT"] = hub.Endpoint;
        }
    }

    public BuildHarness Build { get; } = new();

    public TemporaryDirectory Home { get; } = new();

    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    public HttpOptions Http { get; set; } = new() { RetryDelay = TimeSpan.FromMilliseconds(1), IdleTimeout = TimeSpan.FromSeconds(30), RangeBytes = 64 << 10, Retries = 3 };

    public async Task<BuiltImage> ImageAsync(string packerfile, CancellationToken cancellationToken = default, IProgress<BuildProgress>? progress = null)
    {
        var request = new BuildRequest { PackerfilePath = Build.Context.Write("GGUFPackerfile", packerfile), ContextDirectory = Build.Context.Path, Threads = 1 };
        var environment = new BuildEnvironment { Variable = name => Variables.GetValueOrDefault(name), Home = Home.Path, Http = Http };
        var token = cancellationToken == default ? TestContext.Current.CancellationToken : cancellationToken;
        return Assert.Single((await new EmbeddedBuildEngine(Build.Store, environment).BuildAsync(request, progress, token)).Images);
    }

    public async Task<string> FailAsync(string packerfile) =>
        string.Join('\n', (await Assert.ThrowsAsync<BuildException>(() => ImageAsync(packerfile))).Diagnostics.Select(diagnostic => $"{diagnostic.Span.StartLine} {diagnostic.Message}"));

    public void Dispose()
    {
        Build.Dispose();
        Home.Dispose();
    }
}
