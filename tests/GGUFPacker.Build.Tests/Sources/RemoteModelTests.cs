using System.Text;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Sources;
using GGUFPacker.Build.Sources.Http;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing;
using GGUFPacker.Testing.Hub;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Build.Tests.Sources;

/// <summary>Models elsewhere of which only the headers are read.</summary>
public sealed class RemoteModelTests
{
    private const string Repository = "team/wide-GGUF";
    private const long Limit = 32L << 20;

    [Fact]
    public async Task A_40_GB_model_on_a_hub_costs_its_header()
    {
        // Forty gigabytes of weights, and a vocabulary as large as any.
        var (metadata, tensors) = TestModels.Llama(60, 8192, 262_144, TensorType.Q4_0);
        var file = TestModels.FileOf(metadata, tensors);
        Assert.True(file.Length > 25L << 30, $"{file.Length} bytes");
        using var hub = NewHub(("wide-Q4_0.gguf", file));
        using var models = Models(hub);

        var model = await ReadAsync(models, "hf://" + Repository);

        Assert.Equal(Text(tensors), Text(model.Header.Tensors));
        Assert.Equal(file.Length, model.Header.Length);
        Assert.Equal($"{Repository}/wide-Q4_0.gguf", model.Name);
        Assert.True(hub.BytesSent < Limit, $"{hub.BytesSent} bytes moved for a header of {file.Beginning.Length}");
        Assert.InRange(model.BytesMoved, file.Beginning.Length, file.Beginning.Length + (4 << 20) + 1);
    }

    [Fact]
    public async Task A_split_model_is_read_from_all_its_files()
    {
        var (metadata, tensors) = TestModels.Llama(8, 512, 1000, TensorType.F16);
        using var hub = NewHub([.. TestModels.SplitOf("sub/wide-F16", metadata, tensors, 20)]);
        using var models = Models(hub);

        var model = await ReadAsync(models, $"hf://{Repository}@main/sub:F16");

        Assert.Equal(4, model.Header.Parts.Length);
        Assert.Equal(Text(tensors), Text(model.Header.Tensors));
        Assert.Null(model.Header.Metadata["split.no"]);
    }

    [Theory]
    [InlineData("hf://team/wide-GGUF:q4_k", null, "m.Q4_K.gguf")]
    [InlineData("hf://team/wide-GGUF/m.Q4_K.gguf", null, "m.Q4_K.gguf")]
    [InlineData("hf://team/wide-GGUF", "m.Q4_K_M.gguf", "m.Q4_K_M.gguf")]
    [InlineData("hf://team/wide-GGUF", "Q4_K_M", "m.Q4_K_M.gguf")]
    [InlineData("hf://team/wide-GGUF", "mmproj-m.gguf", "mmproj-m.gguf")]
    [InlineData("https://huggingface.co/team/wide-GGUF", "Q4_K", "m.Q4_K.gguf")]
    [InlineData("https://huggingface.co/team/wide-GGUF/blob/main/m.Q4_K.gguf", null, "m.Q4_K.gguf")]
    [InlineData("https://huggingface.co/team/wide-GGUF/resolve/main/m.Q4_K_M.gguf?download=true", null, "m.Q4_K_M.gguf")]
    public async Task A_file_is_chosen_by_name_or_type(string source, string? file, string expected)
    {
        var small = TestModels.Llama(1, 256, 32, TensorType.F16);
        using var hub = NewHub([.. new[] { "m.Q4_K.gguf", "m.Q4_K_M.gguf", "mmproj-m.gguf" }.Select(name => (name, TestModels.FileOf(small.Metadata, small.Tensors)))]);
        using var models = Models(hub);

        Assert.Equal($"{Repository}/{expected}", (await models.ReadAsync(source, file, TestContext.Current.CancellationToken)).Name);
    }

    [Theory]
    [InlineData("hf://team/wide-GGUF", "has several models: name one with --file, or with its quantize type behind a colon. It has m.Q4_K.gguf, m.Q4_K_M.gguf.")]
    [InlineData("hf://team/wide-GGUF:Q8_0", "has no GGUF file 'Q8_0'; it has m.Q4_K.gguf, m.Q4_K_M.gguf.")]
    [InlineData("hf://team/other", "is not there")]
    [InlineData("hf://team", "is no address of a model")]
    public async Task What_does_not_fit_is_told_with_what_would(string source, string message)
    {
        var small = TestModels.Llama(1, 256, 32, TensorType.F16);
        using var hub = NewHub([.. new[] { "m.Q4_K.gguf", "m.Q4_K_M.gguf", "mmproj-m.gguf" }.Select(name => (name, TestModels.FileOf(small.Metadata, small.Tensors)))]);
        using var models = Models(hub);

        Assert.Contains(message, (await Assert.ThrowsAsync<SourceException>(() => ReadAsync(models, source))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_on_the_web_is_read_with_and_without_ranges(bool hasRanges)
    {
        var (metadata, tensors) = TestModels.Llama(60, 4096, 60_000, TensorType.Q8_0);
        var file = TestModels.FileOf(metadata, tensors);
        file = file with { Beginning = file.Read(0, file.Beginning.Length + (8 << 20)) };
        using var server = new LoopbackServer(request => request.Path == "/models/wide.gguf" ? LoopbackResponse.Ranged(request, file, hasRanges) : LoopbackResponse.Empty(404));
        using var models = Models(null);

        var model = await ReadAsync(models, $"http://{server.Host}/models/wide.gguf?key=1");

        Assert.Equal(Text(tensors), Text(model.Header.Tensors));
        Assert.True(server.BytesSent < Limit);
        Assert.DoesNotContain("key", model.Name, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Passing_failures_pass()
    {
        var (metadata, tensors) = TestModels.Llama(2, 256, 30_000, TensorType.F16);
        using var hub = NewHub(("a.gguf", TestModels.FileOf(metadata, tensors)));
        hub.Add(new RegistryFault("GET", "signature=") { BreakAfter = 1000 });
        hub.Add(new RegistryFault("GET", "signature=") { Status = 403 });
        hub.Add(new RegistryFault("GET", "signature=") { Status = 503 });
        using var models = Models(hub);

        Assert.Equal(Text(tensors), Text((await ReadAsync(models, "hf://" + Repository)).Header.Tensors));
    }

    [Fact]
    public async Task A_header_that_never_ends_stops_at_the_limit()
    {
        // An array of a claimed 60 million bytes, and a file that has them.
        var endless = new MemoryStream();
        using (var writer = new BinaryWriter(endless, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write("GGUF"u8);
            writer.Write(3u);
            writer.Write(1L);
            writer.Write(1L);
            writer.Write(3L);
            writer.Write("a.b"u8);
            writer.Write(9u);
            writer.Write(0u);
            writer.Write(60_000_000L);
        }

        using var hub = NewHub(("endless.gguf", new LoopbackFile(endless.ToArray(), 1L << 40)));
        using var models = Models(hub);

        await Assert.ThrowsAnyAsync<Exception>(() => ReadAsync(models, "hf://" + Repository));
        Assert.True(hub.BytesSent < Limit, $"{hub.BytesSent}");
    }

    [Theory]
    [InlineData("size", "the file changed while it was read")]
    [InlineData("other", "it answered for another range than was asked for")]
    [InlineData("unknown", "it does not say how large the file is")]
    [InlineData("short", "could not be read from")]
    public async Task A_server_that_contradicts_itself_is_refused(string lie, string message)
    {
        var (metadata, tensors) = TestModels.Llama(2, 256, 30_000, TensorType.F16);
        var file = TestModels.FileOf(metadata, tensors);
        var answers = 0;
        using var server = new LoopbackServer(request =>
        {
            var response = LoopbackResponse.Ranged(request, file);
            var range = response.Headers["Content-Range"];
            answers++;
            return lie switch
            {
                "size" when answers > 1 => With(range.Replace("/" + file.Length, "/99999999", StringComparison.Ordinal)),
                "other" => With(range.Replace("bytes 0-", "bytes 1-", StringComparison.Ordinal)),
                "unknown" => With(range.Replace("/" + file.Length, "/*", StringComparison.Ordinal)),
                "short" => response with { BreakAfter = 10 },
                _ => response,
            };

            LoopbackResponse With(string value)
            {
                response.Headers["Content-Range"] = value;
                return response;
            }
        });
        using var models = Models(null);

        var error = await Assert.ThrowsAsync<SourceException>(() => ReadAsync(models, $"http://{server.Host}/a.gguf"));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tensors_beyond_the_file_are_an_error()
    {
        var (metadata, tensors) = TestModels.Llama(2, 256, 100, TensorType.F16);
        var file = TestModels.FileOf(metadata, tensors);
        using var hub = NewHub(("short.gguf", file with { Length = file.Length - 1 }));
        using var models = Models(hub);

        Assert.Contains("truncated", (await Assert.ThrowsAsync<GgufException>(() => ReadAsync(models, "hf://" + Repository))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_network_the_hub_s_cache_is_read()
    {
        var (metadata, tensors) = TestModels.Llama(1, 256, 32, TensorType.F16);
        var file = TestModels.FileOf(metadata, tensors);
        using var home = new TemporaryDirectory();
        var commit = new string('a', 40);
        home.Write($".cache/huggingface/hub/models--team--wide-GGUF/refs/main", commit);
        var path = home.Write($".cache/huggingface/hub/models--team--wide-GGUF/snapshots/{commit}/m.F16.gguf", "");
        await File.WriteAllBytesAsync(path, file.Read(0, file.Length), TestContext.Current.CancellationToken);
        using var models = new RemoteModels(new BuildEnvironment { Variable = name => name == "HF_HUB_OFFLINE" ? "1" : null, Home = home.Path });

        var model = await ReadAsync(models, "hf://" + Repository);

        Assert.Equal(Text(tensors), Text(model.Header.Tensors));
        Assert.Equal(0, model.BytesMoved);
    }

    private static LoopbackHub NewHub(params (string Path, LoopbackFile File)[] files)
    {
        var hub = new LoopbackHub();
        hub.Add(Repository, "README.md", "# Wide"u8.ToArray());
        foreach (var (path, file) in files)
        {
            hub.Add(Repository, path, file);
        }

        return hub;
    }

    private static IEnumerable<string> Text(IEnumerable<TensorInfo> tensors) => tensors.Select(tensor => $"{tensor.Name} {tensor.Type} {string.Join('x', tensor.Shape)}");

    private static RemoteModels Models(LoopbackHub? hub) => new(new BuildEnvironment
    {
        Variable = name => name == "HF_ENDPOINT" ? hub?.Endpoint : null,
        Home = Path.Combine(Path.GetTempPath(), "no-such-home"),
        Http = new HttpOptions { RetryDelay = TimeSpan.FromMilliseconds(1), Retries = 3 },
    });

    private static Task<RemoteModel> ReadAsync(RemoteModels models, string source) => models.ReadAsync(source, null, TestContext.Current.CancellationToken);
}
