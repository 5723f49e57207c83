using GGUFPacker.Build.Tests.Embedded;
using GGUFPacker.Testing.Hub;

namespace GGUFPacker.Build.Tests.Sources;

/// <summary>ADD's options where the source is a model repository on a hub.</summary>
public sealed class HubOptionTests : IDisposable
{
    private readonly LoopbackHub _hub = new();
    private readonly SourceHarness _build;

    public HubOptionTests()
    {
        _build = new SourceHarness(_hub);
        _hub.Add("team/tiny", "config.json", "{}"u8.ToArray());
        _hub.Add("team/tiny", "docs/card.md", "# Tiny"u8.ToArray());
        _hub.Add("team/tiny", "docs/more.txt", "more"u8.ToArray());
        _hub.Add("team/tiny", "prompts.tar.gz", new ArchiveFile().File("p/one.txt", "1").ToGzip());
    }

    public void Dispose()
    {
        _build.Dispose();
        _hub.Dispose();
    }

    [Theory]
    [InlineData("--exclude=**/*.md --exclude=*.gz hf://team/tiny /m", "755 0:0 m/", "644 0:0 m/config.json", "755 0:0 m/docs/", "644 0:0 m/docs/more.txt")]
    [InlineData("--chown=7:8 --chmod=a=r hf://team/tiny/config.json /m/", "755 7:8 m/", "444 7:8 m/config.json")]
    [InlineData("hf://team/tiny/config.json https://huggingface.co/team/tiny.git?ref=main&subdir=docs local /m", "755 0:0 m/", "644 0:0 m/card.md", "644 0:0 m/config.json", "644 0:0 m/local", "644 0:0 m/more.txt")]
    [InlineData("https://huggingface.co/team/tiny/resolve/main/docs/more.txt?download=true /m/", "755 0:0 m/", "600 0:0 m/more.txt")]
    [InlineData("--chmod=644 https://huggingface.co/team/tiny/resolve/main/docs/more.txt /m", "644 0:0 m")]
    [InlineData("hf://team/tiny/prompts.tar.gz /m/", "755 0:0 m/", "644 0:0 m/prompts.tar.gz")]
    [InlineData("--unpack hf://team/tiny/prompts.tar.gz /m/", "755 0:0 m/", "755 0:0 m/p/", "644 0:0 m/p/one.txt")]
    [InlineData("--unpack hf://team/tiny /m/", "755 0:0 m/", "644 0:0 m/config.json", "755 0:0 m/docs/", "644 0:0 m/docs/card.md", "644 0:0 m/docs/more.txt", "644 0:0 m/prompts.tar.gz")]
    public async Task Options_mean_what_they_mean_for_files(string words, params string[] entries)
    {
        _build.Build.Context.Write("local", "l");
        Assert.Equal(entries, Assert.Single(_build.Build.Layers(await _build.ImageAsync($"FROM scratch\nADD {words}\n"))));
    }

    [Fact]
    public async Task A_commits_checksum_is_verified()
    {
        var commit = _hub.Commit("team/tiny");
        await _build.ImageAsync($"FROM scratch\nADD --checksum={commit[..10]} hf://team/tiny /\n");
        await _build.ImageAsync($"FROM scratch\nADD https://huggingface.co/team/tiny.git?checksum={commit} /\n");
        var requests = _hub.Requests.Count;

        Assert.Equal($"2 team/tiny is at {commit}; 0123456 was expected.", await _build.FailAsync("FROM scratch\nADD --checksum=0123456 hf://team/tiny@main /\n"));
        Assert.DoesNotContain(_hub.Requests.Skip(requests), request => request.Path.Contains("/resolve/", StringComparison.Ordinal));
        Assert.Contains("--keep-git-dir needs the repository's git address: https://huggingface.co/team/tiny.git", await _build.FailAsync("FROM scratch\nADD --keep-git-dir hf://team/tiny /\n"), StringComparison.Ordinal);
    }
}
