using System.Text.Json;

namespace GGUFPacker.Cli.Tests.Commands;

public sealed class CacheCommandTests : IDisposable
{
    private readonly CliRunner _cli = new();

    public CacheCommandTests()
    {
        Models.WriteF16(_cli["m.gguf"]);
        _cli.WriteFile("GGUFPackerfile", "FROM scratch\nQUANTIZE --from=context --type=Q8_0 m.gguf q.gguf\nCMD [\"-m\", \"q.gguf\"]\n");
    }

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task A_step_is_listed_with_its_instruction_and_goes_when_it_is_pruned()
    {
        (await _cli.RunAsync("build")).Succeeded();

        var step = Assert.Single(await ListAsync("--type", "step"));
        Assert.Equal("[1/1] QUANTIZE --from=context --type=Q8_0 m.gguf q.gguf", step.GetProperty("madeBy").GetString());
        Assert.Equal(0, step.GetProperty("images").GetInt32());
        Assert.Matches("TYPE +KEY +SIZE +LAST USED +IMAGES +MADE BY\nstep +[0-9a-f]{12} +.* +-  +\\[1/1\\] QUANTIZE", (await _cli.RunAsync("cache", "ls", "--type", "step")).Succeeded().Output);
        Assert.NotEmpty(await ListAsync("--filter", "quantize", "--unused"));
        Assert.Empty(await ListAsync("--filter", "nothing such"));

        // The manifest and the config of the image without a name.
        Assert.StartsWith("would remove 2 files", (await _cli.RunAsync("cache", "prune", "--older-than", "1h", "--dry-run")).Succeeded().Output, StringComparison.Ordinal);
        Assert.StartsWith("removed 2 files", (await _cli.RunAsync("cache", "prune", "--older-than", "1h")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Single(await ListAsync("--type", "step"));
        Assert.StartsWith("removed ", (await _cli.RunAsync("cache", "prune", "--keep-bytes", "0")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task Sizes_tell_what_no_image_needs()
    {
        (await _cli.RunAsync("build")).Succeeded();
        var loose = await SizesAsync();
        (await _cli.RunAsync("build", "-t", "a:1")).Succeeded();
        var named = await SizesAsync();

        Assert.True(loose.GetProperty("content").GetProperty("bytes").GetInt64() > 0);
        Assert.Equal(loose.GetProperty("content").GetProperty("bytes").GetInt64(), loose.GetProperty("content").GetProperty("reclaimable").GetInt64());
        Assert.Equal(0, named.GetProperty("content").GetProperty("reclaimable").GetInt64());
        Assert.Contains("RECLAIMABLE", (await _cli.RunAsync("cache", "size")).Succeeded().Output, StringComparison.Ordinal);
        Assert.NotEqual(0, JsonDocument.Parse((await _cli.RunAsync("cache", "prune", "--all", "--images", "--json")).Succeeded().Output).RootElement.GetProperty("files").GetInt32());
        Assert.Empty(JsonDocument.Parse((await _cli.RunAsync("list", "--json")).Succeeded().Output).RootElement.EnumerateArray());
    }

    [Theory]
    [InlineData("--older-than", "7")]
    [InlineData("--older-than", "-1d")]
    [InlineData("--older-than", "99999999999999999w")]
    [InlineData("--keep-bytes", "-1")]
    [InlineData("--keep-bytes", "GB")]
    [InlineData("--keep-bytes", "5 bananas")]
    [InlineData("--keep-bytes", "99999999999TiB")]
    [InlineData("--images")]
    public async Task What_is_no_age_or_size_is_refused(params string[] options) => Assert.Equal(2, (await _cli.RunAsync(["cache", "prune", .. options])).ExitCode);

    [Theory]
    [InlineData("1s", 1)]
    [InlineData("1.5h", 5400)]
    [InlineData("2w", 1209600)]
    public void Ages(string text, double seconds) => Assert.Equal(seconds, GGUFPacker.Cli.Commands.Quantities.ParseAge("x", text).TotalSeconds);

    [Theory]
    [InlineData("12", 12)]
    [InlineData("12B", 12)]
    [InlineData("1k", 1024)]
    [InlineData("1KiB", 1024)]
    [InlineData("1.5 kB", 1500)]
    [InlineData("2GB", 2_000_000_000)]
    [InlineData("1t", 1L << 40)]
    public void Sizes(string text, long bytes) => Assert.Equal(bytes, GGUFPacker.Cli.Commands.Quantities.ParseBytes("x", text));

    [Fact]
    public async Task A_cache_goes_to_a_directory_and_comes_from_there()
    {
        (await _cli.RunAsync("build", "--cache-to", "type=local,dest=shared")).Succeeded();
        (await _cli.RunAsync("cache", "prune", "--all")).Succeeded();

        var taken = JsonDocument.Parse((await _cli.RunAsync("build", "--json", "--cache-from", "type=local,src=shared")).Succeeded().Output).RootElement;

        Assert.Equal((0, 1), (taken.GetProperty("stepsRun").GetInt32(), taken.GetProperty("stepsCached").GetInt32()));
        Assert.Equal(2, (await _cli.RunAsync("build", "--cache-to", "type=s3,bucket=x")).ExitCode);
        Assert.Contains("--cache-from mode=max: ", (await _cli.RunAsync("build", "--cache-from", "mode=max")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_in_use_is_listed_and_not_pruned()
    {
        (await _cli.RunAsync("build")).Succeeded();
        using var store = _cli.OpenStore();

        Assert.NotEmpty(await ListAsync());
        (await _cli.RunAsync("cache", "prune", "--all", "--dry-run")).Succeeded();
        var refused = await _cli.RunAsync("cache", "prune", "--all");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("in use", refused.Error, StringComparison.Ordinal);
        Assert.Contains("Run 'gguf-packer cache list --help'", (await _cli.RunAsync("cache", "list", "--nothing")).Error, StringComparison.Ordinal);
    }

    private async Task<JsonElement[]> ListAsync(params string[] options) =>
        [.. JsonDocument.Parse((await _cli.RunAsync(["cache", "list", "--json", .. options])).Succeeded().Output).RootElement.EnumerateArray()];

    private async Task<JsonElement> SizesAsync() => JsonDocument.Parse((await _cli.RunAsync("cache", "size", "--json")).Succeeded().Output).RootElement;
}
