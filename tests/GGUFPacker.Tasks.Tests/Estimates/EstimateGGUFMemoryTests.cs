using System.Text.Json;
using System.Xml.Linq;
using GGUFPacker.Build.Embedded;
using GGUFPacker.Build.Engine;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing;
using Microsoft.Build.Utilities;
using Task = System.Threading.Tasks.Task;

namespace GGUFPacker.Tasks.Tests.Estimates;

public sealed class EstimateGGUFMemoryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingBuildEngine _log = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Each_model_has_a_line_with_its_size_and_memory()
    {
        await BuildAsync();

        Assert.True(Run());

        var lines = File.ReadAllLines(_directory["obj", "estimates"]);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith($"model|{Path.Combine("bin", "A.F16.gguf")}| (", lines[0], StringComparison.Ordinal);
        Assert.Matches(@"\| \([0-9.]+ M(i)?B, takes [0-9.]+ MiB of VRAM and [0-9.]+ MiB of RAM with a context of 2048\)$", lines[0]);
        Assert.Matches(@"with a context of 32768\)$", lines[1]);
    }

    [Fact]
    public async Task What_needs_too_much_is_an_error_at_the_property_with_the_way_out()
    {
        await BuildAsync();

        // Room for the smaller one, whose context is not cut, and not for the larger.
        Assert.False(Run(maxVram: "300MiB"));

        var error = Assert.Single(_log.Errors);
        Assert.Equal(("GGUF0640", 3), (error.Code, error.LineNumber));
        Assert.StartsWith("B.F16.gguf needs ", error.Message, StringComparison.Ordinal);
        Assert.Contains("GGUFMaxVram allows 300 MiB. What fits: A.F16.gguf of this project takes ", error.Message, StringComparison.Ordinal);
        Assert.Contains("with --ctx-size ", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_directory["obj", "estimates"]));

        Assert.True(Run(maxVram: "8GiB", maxRam: "8GiB"));
        Assert.True(File.Exists(_directory["obj", "estimates"]));
    }

    [Fact]
    public async Task A_limit_of_the_host_is_told_of_as_such()
    {
        await BuildAsync();

        Assert.False(Run(maxRam: "100MiB"));

        Assert.All(_log.Errors, error => Assert.Contains("of RAM; GGUFMaxRam allows 100 MiB.", error.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("much", "8GiB", "GGUFMaxVram")]
    [InlineData("", "8 apples", "GGUFMaxRam")]
    public async Task A_limit_that_is_no_size_is_an_error(string maxVram, string maxRam, string property)
    {
        await BuildAsync();

        Assert.False(Run(maxVram, maxRam));

        Assert.Equal("GGUF0641", Assert.Single(_log.Errors).Code);
        Assert.StartsWith(property, _log.Errors[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reports_are_json_and_a_picture()
    {
        await BuildAsync();

        Assert.True(Run(report: "reports"));

        using var json = JsonDocument.Parse(File.ReadAllBytes(_directory["reports", "A.F16.estimate.json"]));
        Assert.Equal("llama", json.RootElement.GetProperty("architecture").GetString());
        Assert.Equal("svg", XDocument.Load(_directory["reports", "B.F16.estimate.svg"]).Root!.Name.LocalName);
        Assert.Equal(4, File.ReadAllLines(_directory["obj", "estimates"]).Count(line => line.StartsWith("report|", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_cannot_be_estimated_matters_to_limits_alone()
    {
        await BuildAsync("\"-ctk\", \"q3\"");

        Assert.True(Run());
        Assert.Matches(@"\| \([0-9.]+ M(i)?B\)$", File.ReadAllLines(_directory["obj", "estimates"])[0]);

        Assert.False(Run(maxVram: "8GiB"));
        Assert.Equal("GGUF0642", Assert.Single(_log.Errors).Code);
    }

    private async Task BuildAsync(string arguments = "\"-c\", \"2048\"")
    {
        Directory.CreateDirectory(_directory["bin"]);
        foreach (var name in new[] { "A", "B" })
        {
            var (metadata, tensors) = TestModels.Llama(4, 256, 1000, TensorType.F16);
            var file = TestModels.FileOf(metadata, tensors);
            await File.WriteAllBytesAsync(_directory["bin", $"{name}.F16.gguf"], file.Read(0, file.Length), TestContext.Current.CancellationToken);
        }

        await File.WriteAllTextAsync(_directory["GGUFPackerfile"], $"""
            FROM scratch AS a
            COPY bin/A.F16.gguf /
            CMD ["-m", "A.F16.gguf", {arguments}]
            FROM scratch AS b
            COPY bin/B.F16.gguf /
            CMD ["-m", "B.F16.gguf"]
            """, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_directory["A.ggufproj"], "<Project>\n  <PropertyGroup>\n    <GGUFMaxVram>x</GGUFMaxVram>\n  </PropertyGroup>\n</Project>\n", TestContext.Current.CancellationToken);
        using var store = ContentStore.Open(_directory["store"]);
        var request = new BuildRequest
        {
            PackerfilePath = _directory["GGUFPackerfile"],
            ContextDirectory = _directory.FullName,
            Targets = [new BuildTarget { Stage = "a", References = ["model:a", "model:a2"] }, new BuildTarget { Stage = "b", References = ["model:b"] }],
        };
        await new EmbeddedBuildEngine(store).BuildAsync(request, null, TestContext.Current.CancellationToken);
    }

    private bool Run(string maxVram = "", string maxRam = "", string report = "")
    {
        _log.Errors.Clear();
        return new EstimateGGUFMemory
        {
            BuildEngine = _log,
            ProjectFile = _directory["A.ggufproj"],
            Outputs = [new TaskItem(Path.Combine("bin", "A.F16.gguf")), new TaskItem(Path.Combine("bin", "B.F16.gguf"))],
            Images = ["model:a", "model:a2", "model:b"],
            StorePath = _directory["store"],
            MaxVram = maxVram,
            MaxRam = maxRam,
            ReportDirectory = report,
            Record = Path.Combine("obj", "estimates"),
        }.Execute();
    }
}
