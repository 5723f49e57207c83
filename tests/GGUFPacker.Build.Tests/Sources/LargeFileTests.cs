using System.Collections.Concurrent;
using GGUFPacker.Build.Engine;
using GGUFPacker.Testing.Git;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Build.Tests.Sources;

/// <summary>Servers of large files (git LFS) that ask for logins, lead elsewhere, or give addresses that expire.</summary>
public sealed class LargeFileTests
{
    private static readonly byte[] Large = [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * 31))];

    [Fact]
    public async Task A_login_of_the_repositorys_address_holds_for_its_large_files()
    {
        using var server = new GitServer { LargeFilesLogin = "jane:p%w" };
        server.Commit("model", ("model.bin", server.AddLarge(Large)));
        using var build = new SourceHarness();

        await AssertLargeAsync(build, $"http://jane:p%25w@{server.Host}/model.git");

        Assert.All(server.Requests.Where(request => request.Path.StartsWith("/large/", StringComparison.Ordinal)), request => Assert.Null(request.Header("Authorization")));
    }

    [Fact]
    public async Task A_login_is_told_to_nobody_and_kept_nowhere()
    {
        using var server = new GitServer { LargeFilesLogin = "jane:topsecret" };
        server.Commit("model", ("model.bin", server.AddLarge(Large)));
        using var build = new SourceHarness();
        var told = new Told();

        var image = await build.ImageAsync($"FROM scratch\nADD http://jane:topsecret@{server.Host}/model.git /\n", progress: told);

        Assert.NotEmpty(told.Events);
        Assert.DoesNotContain("topsecret", string.Join('\n', told.Events), StringComparison.Ordinal);
        Assert.NotEmpty(image.Files);
        Assert.DoesNotContain(
            Directory.EnumerateFiles(build.Build.Store.Root, "*", SearchOption.AllDirectories),
            file => File.ReadAllText(file).Contains("topsecret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_login_that_is_missing_is_an_error_that_tells_no_secret()
    {
        using var server = new GitServer { LargeFilesLogin = "jane:right" };
        server.Commit("model", ("model.bin", server.AddLarge(Large)));
        using var build = new SourceHarness();

        var error = await build.FailAsync($"FROM scratch\nADD http://jane:wrong@{server.Host}/model.git /\n");

        Assert.Contains("'model.bin' is a large file (git LFS)", error, StringComparison.Ordinal);
        Assert.Contains("answered 401", error, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", error, StringComparison.Ordinal);
        foreach (var rest in (string[])["/model.git#nope", "/other.git", "/model.git?checksum=0000"])
        {
            Assert.DoesNotContain("wrong", await build.FailAsync($"FROM scratch\nADD http://jane:wrong@{server.Host}{rest} /\n"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_repository_says_where_its_large_files_are()
    {
        using var other = new GitServer();
        using var server = new GitServer();
        server.Commit("model", (".lfsconfig", System.Text.Encoding.ASCII.GetBytes($"[lfs]\n\turl = \"http://{other.Host}/model.git/info/lfs\"\n")), ("model.bin", other.AddLarge(Large)));
        using var build = new SourceHarness();

        // The login is not the other host's.
        await AssertLargeAsync(build, $"http://jane:secret@{server.Host}/model.git");

        Assert.NotEmpty(other.Requests);
        Assert.All(other.Requests, request => Assert.Null(request.Header("Authorization")));
    }

    [Fact]
    public async Task An_address_that_has_expired_is_asked_for_again()
    {
        using var server = new GitServer { ExpiredAddresses = 2 };
        server.Commit("model", ("model.bin", server.AddLarge(Large)));
        using var build = new SourceHarness();

        await AssertLargeAsync(build, server.Address("model"));

        Assert.Equal(3, server.Requests.Count(request => request.Path.EndsWith("/objects/batch", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Headers_of_an_address_do_not_go_to_where_it_leads_on()
    {
        using var storage = new LoopbackServer(request => LoopbackResponse.Ranged(request, Large));
        using var server = new GitServer { StorageHost = storage.Host };
        server.Commit("model", ("model.bin", server.AddLarge(Large)));
        using var build = new SourceHarness();

        await AssertLargeAsync(build, server.Address("model"));

        Assert.NotEmpty(storage.Requests);
        Assert.All(storage.Requests, request => Assert.Null(request.Header("X-Grant")));
    }

    private static async Task AssertLargeAsync(SourceHarness build, string address)
    {
        var image = await build.ImageAsync($"FROM scratch\nADD --exclude=.lfsconfig {address} /\n");
        Assert.Equal(Large, File.ReadAllBytes(Assert.Single(image.Files).StorePath));
    }

    private sealed class Told : IProgress<BuildProgress>
    {
        public ConcurrentQueue<BuildProgress> Events { get; } = [];

        public void Report(BuildProgress value) => Events.Enqueue(value);
    }
}
