using GGUFPacker.Build.Engine;
using GGUFPacker.Testing;
using GGUFPacker.Testing.Hub;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Build.Tests.Sources;

/// <summary>ADD of a model repository on a hub.</summary>
[ReadsGoldens]
public sealed class HubTests
{
    private const string Repository = "team/tiny";
    private static readonly string Austen = Path.GetFullPath(Goldens.InRepository("..", "..", "samples", "Austen", "austen"));
    private static readonly byte[] Large = Bytes(1_000_000);

    [Theory]
    [InlineData("hf://team/tiny", "https://huggingface.co/team/tiny.git")]
    [InlineData("hf://team/tiny@main", "https://huggingface.co/team/tiny.git#main")]
    public async Task A_repository_is_added_by_either_name(string shorter, string longer)
    {
        using var hub = NewHub();
        using var build = new SourceHarness(hub);

        foreach (var source in (string[])[shorter, longer])
        {
            var image = await build.ImageAsync($"FROM scratch\nADD {source} model\n");

            Assert.Equal(["/model/README.md", "/model/config.json", "/model/model.safetensors", "/model/sub/a.txt", "/model/tokenizer.json"], image.Files.Select(file => file.Path).Order(StringComparer.Ordinal));
            Assert.Equal(Large, File.ReadAllBytes(image.Files.Single(file => file.Path == "/model/model.safetensors").StorePath));
        }

        // The second build asked for the commit and its listing, not for a file.
        Assert.Equal(5, hub.Requests.Where(request => request.Target.Contains("/resolve/", StringComparison.Ordinal)).Select(request => request.Path).Distinct().Count());
        Assert.Equal(16, hub.StorageRequests.Count);
    }

    [Fact]
    public async Task A_directory_of_a_commit_is_added()
    {
        using var hub = NewHub();
        using var build = new SourceHarness(hub);

        var image = await build.ImageAsync($"FROM scratch\nADD https://huggingface.co/team/tiny.git#{hub.Commit(Repository)}:sub /\n");

        Assert.Equal(["/a.txt"], image.Files.Select(file => file.Path));

        image = await build.ImageAsync("FROM scratch\nADD hf://team/tiny/sub/a.txt b.txt\nADD hf://team/tiny/config.json dir/\n");
        Assert.Equal(["/b.txt", "/dir/config.json"], image.Files.Select(file => file.Path));
    }

    [Fact]
    public async Task The_token_goes_to_the_hub_alone()
    {
        using var hub = NewHub(token: "hf_secret");
        using var build = new SourceHarness(hub);
        build.Home.Write(".cache/huggingface/token", "hf_secret\n");

        await build.ImageAsync("FROM scratch\nADD hf://team/tiny /\n");

        Assert.All(hub.Requests, request => Assert.Equal("Bearer hf_secret", request.Header("Authorization")));
        Assert.All(hub.StorageRequests, request => Assert.Null(request.Header("Authorization")));
    }

    [Fact]
    public async Task Refusals_say_what_to_do()
    {
        using var gated = NewHub(token: "hf_secret", gated: true);
        using var build = new SourceHarness(gated);
        Assert.Contains("accept its terms on", await build.FailAsync("FROM scratch\nADD hf://team/tiny /\n"), StringComparison.Ordinal);

        using var hub = NewHub();
        build.Variables["HF_ENDPOINT"] = hub.Endpoint;
        Assert.StartsWith("2 team/other is not there, or is private: set HF_TOKEN", await build.FailAsync("FROM scratch\nADD hf://team/other /\n"), StringComparison.Ordinal);
        Assert.Contains("no such revision", await build.FailAsync("FROM scratch\nADD hf://team/tiny@v9 /\n"), StringComparison.Ordinal);
        Assert.Contains("no directory or file 'nope'", await build.FailAsync("FROM scratch\nADD hf://team/tiny/nope /\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Passing_failures_pass(bool hasRanges)
    {
        using var hub = NewHub(hasRanges: hasRanges, addressUses: 1);
        using var build = new SourceHarness(hub);
        hub.Add(new RegistryFault("GET", "/revision/") { Status = 429 });
        hub.Add(new RegistryFault("GET", "/tree/") { Status = 503 });
        hub.Add(new RegistryFault("GET", "signature=") { BreakAfter = 30_000, Times = 2 });
        hub.Add(new RegistryFault("GET", "signature=") { Status = 403 });
        hub.Add(new RegistryFault("GET", "signature=") { BreakAfter = -1 });

        var image = await build.ImageAsync("FROM scratch\nADD hf://team/tiny /\n");

        Assert.Equal(Large, File.ReadAllBytes(image.Files.Single(file => file.Path == "/model.safetensors").StorePath));
    }

    [Fact]
    public async Task A_download_that_ended_early_goes_on_where_it_was()
    {
        using var hub = NewHub();
        using var build = new SourceHarness(hub);
        build.Http = build.Http with { RangeBytes = 10_000, ParallelRanges = 2 };
        hub.SilentAfter = 60;
        using var stop = new CancellationTokenSource();
        var building = build.ImageAsync("FROM scratch\nADD hf://team/tiny /\n", stop.Token);
        while (hub.StorageRequests.Count < 62)
        {
            Assert.False(building.IsCompleted);
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => building);
        hub.SilentAfter = int.MaxValue;
        var before = hub.StorageRequests.Count;

        var image = await build.ImageAsync("FROM scratch\nADD hf://team/tiny /\n");

        Assert.Equal(Large, File.ReadAllBytes(image.Files.Single(file => file.Path == "/model.safetensors").StorePath));
        Assert.Equal(40, hub.StorageRequests.Count - before); // of 100 stretches; the two that were under way came again
    }

    [Fact]
    public async Task Bytes_that_are_not_the_listed_ones_are_refused_and_nothing_stays()
    {
        using var hub = NewHub();
        using var build = new SourceHarness(hub);
        hub.Add(new RegistryFault("GET", "/config.json") { Corrupts = true });
        Assert.Contains("gave other bytes than its listing promises", await build.FailAsync("FROM scratch\nADD hf://team/tiny /\n"), StringComparison.Ordinal);

        hub.Add(new RegistryFault("GET", "signature=") { Corrupts = true });
        Assert.Contains("was expected", await build.FailAsync("FROM scratch\nADD hf://team/tiny /\n"), StringComparison.Ordinal);

        var image = await build.ImageAsync("FROM scratch\nADD hf://team/tiny /\n");
        Assert.Equal(Large, File.ReadAllBytes(image.Files.Single(file => file.Path == "/model.safetensors").StorePath));
    }

    [Fact]
    public async Task A_conversion_fetches_only_what_it_reads()
    {
        using var hub = NewHub();
        hub.AddDirectory("team/austen", Austen);
        hub.Add("team/austen", "original/consolidated.00.pth", Bytes(500_000));
        hub.Add("team/austen", "pytorch_model.bin", Bytes(500_000));
        hub.Add("team/austen", "onnx/model.onnx", Bytes(500_000));
        using var build = new SourceHarness(hub);

        var image = await build.ImageAsync("FROM scratch AS from\nADD hf://team/austen austen\nFROM scratch\nCONVERT --from=from --type=auto austen Austen.gguf\nCMD [\"-m\", \"Austen.gguf\"]\n");

        Assert.Equal(["/Austen.gguf"], image.Files.Select(file => file.Path));
        Assert.DoesNotContain(hub.Requests, request => request.Path.EndsWith(".pth", StringComparison.Ordinal) || request.Path.EndsWith(".bin", StringComparison.Ordinal) || request.Path.EndsWith(".onnx", StringComparison.Ordinal));

        // The same bytes as from the directory itself.
        foreach (var file in Directory.EnumerateFiles(Austen))
        {
            build.Build.Context.Copy(file, $"austen/{Path.GetFileName(file)}");
        }

        var local = await build.ImageAsync("FROM scratch\nCONVERT --from=context --type=auto austen Austen.gguf\nCMD [\"-m\", \"Austen.gguf\"]\n");
        Assert.Equal(local.Files.Select(file => file.Digest), image.Files.Select(file => file.Digest));
    }

    [Fact]
    public async Task Without_the_network_the_hubs_own_cache_is_read()
    {
        using var hub = NewHub();
        using var build = new SourceHarness(hub);
        var commit = hub.Commit(Repository);
        build.Home.Write(".cache/huggingface/hub/models--team--tiny/refs/main", commit);
        build.Home.Write($".cache/huggingface/hub/models--team--tiny/snapshots/{commit}/config.json", "{}");
        build.Variables["HF_HUB_OFFLINE"] = "1";

        var image = await build.ImageAsync("FROM scratch\nADD hf://team/tiny /\n");

        Assert.Equal(["/config.json"], image.Files.Select(file => file.Path));
        Assert.Empty(hub.Requests);
        Assert.Contains("HF_HUB_OFFLINE forbids the network", await build.FailAsync("FROM scratch\nADD hf://team/other /\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_file_of_the_hubs_own_cache_is_not_fetched_again()
    {
        using var hub = NewHub();
        using var build = new SourceHarness(hub);
        var snapshot = Path.Combine(build.Home.Path, ".cache", "huggingface", "hub", "models--team--tiny", "snapshots", hub.Commit(Repository));
        Directory.CreateDirectory(snapshot);
        await File.WriteAllBytesAsync(Path.Combine(snapshot, "model.safetensors"), Large, TestContext.Current.CancellationToken);

        await build.ImageAsync("FROM scratch\nADD hf://team/tiny /\n");

        Assert.Empty(hub.StorageRequests);
    }

    private static LoopbackHub NewHub(string? token = null, bool gated = false, bool hasRanges = true, int addressUses = int.MaxValue)
    {
        var hub = new LoopbackHub { Token = token, IsGated = gated, HasRanges = hasRanges, AddressUses = addressUses };
        hub.Add(Repository, "config.json", "{}"u8.ToArray());
        hub.Add(Repository, "README.md", "# Tiny"u8.ToArray());
        hub.Add(Repository, "tokenizer.json", "{ }"u8.ToArray());
        hub.Add(Repository, "sub/a.txt", "a"u8.ToArray());
        hub.Add(Repository, "model.safetensors", Large);
        return hub;
    }

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }
}
