using System.Text;
using GGUFPacker.Build.Sources.Git;
using GGUFPacker.Testing.Git;

namespace GGUFPacker.Build.Tests.Sources;

/// <summary>ADD of a git repository, from a real git server.</summary>
public sealed class GitTests
{
    private static readonly byte[] Large = [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * 31))];

    [Fact]
    public async Task A_commit_is_added_without_its_git_directory_and_fetched_once()
    {
        using var server = new GitServer();
        server.Commit("model", ("config.json", "{}"u8.ToArray()), ("big.txt", Large), ("sub/empty", []), ("run.sh", "echo"u8.ToArray()));
        server.Git("model", "update-index", "--chmod=+x", "run.sh");
        server.Commit("model", ("more", "x"u8.ToArray()));
        using var build = new SourceHarness();
        var text = $"FROM scratch\nADD {server.Address("model")} model\n";

        var image = await build.ImageAsync(text);

        Assert.Equal(["/model/big.txt", "/model/config.json", "/model/more", "/model/run.sh", "/model/sub/empty"], image.Files.Select(file => file.Path).Order(StringComparer.Ordinal));
        Assert.Equal(Large, File.ReadAllBytes(image.Files.Single(file => file.Path == "/model/big.txt").StorePath));
        Assert.Contains(build.Build.Layers(image)[0], entry => entry == "755 0:0 model/run.sh");

        var packs = server.Requests.Count(request => request.Path.EndsWith("git-upload-pack", StringComparison.Ordinal));
        await build.ImageAsync(text);
        Assert.Equal(packs + 1, server.Requests.Count(request => request.Path.EndsWith("git-upload-pack", StringComparison.Ordinal))); // which commit, and no more
    }

    [Fact]
    public async Task A_branch_a_tag_a_commit_and_a_directory_are_found()
    {
        using var server = new GitServer();
        var first = server.Commit("model", ("sub/version", "1"u8.ToArray()));
        server.Git("model", "-c", "user.name=Test", "-c", "user.email=t@localhost", "tag", "--annotate", "--message=One", "v1");
        server.Commit("model", ("sub/version", "2"u8.ToArray()));
        using var build = new SourceHarness();

        Assert.Equal("2", await Version(""));
        Assert.Equal("2", await Version("#main"));
        Assert.Equal("1", await Version("#v1"));
        Assert.Equal("1", await Version($"#{first}"));
        Assert.Equal("1", await Version("#v1:sub", "version"));
        Assert.Equal("1", await Version("?ref=v1&subdir=sub", "version"));
        Assert.Contains("has no branch or tag 'nope'", await build.FailAsync($"FROM scratch\nADD {server.Address("model")}#nope /\n"), StringComparison.Ordinal);
        Assert.Contains("git ls-remote failed", await build.FailAsync($"FROM scratch\nADD {server.Address("other")} /\n"), StringComparison.Ordinal);

        async Task<string> Version(string fragment, string path = "sub/version")
        {
            var image = await build.ImageAsync($"FROM scratch\nADD {server.Address("model")}{fragment} /\n");
            return File.ReadAllText(image.Files.Single(file => file.Path == "/" + path).StorePath);
        }
    }

    [Fact]
    public async Task Large_files_come_from_their_server_when_they_are_read()
    {
        using var server = new GitServer();
        server.Commit("model", ("model.safetensors", server.AddLarge(Large)), ("a.txt", "a"u8.ToArray()));
        using var build = new SourceHarness();

        await build.ImageAsync($"FROM scratch AS git\nADD {server.Address("model")} /\nFROM scratch\nCOPY --from=git a.txt /\n");
        Assert.DoesNotContain(server.Requests, request => request.Path.Contains("/lfs/", StringComparison.Ordinal));

        var image = await build.ImageAsync($"FROM scratch\nADD {server.Address("model")} /\n");
        Assert.Equal(Large, File.ReadAllBytes(image.Files.Single(file => file.Path == "/model.safetensors").StorePath));
    }

    [Fact]
    public async Task A_large_file_that_the_server_lacks_is_an_error_that_names_it()
    {
        using var other = new GitServer();
        using var server = new GitServer();
        server.Commit("model", ("model.safetensors", other.AddLarge(Large)));
        using var build = new SourceHarness();

        var error = await build.FailAsync($"FROM scratch\nADD {server.Address("model")} /\n");

        Assert.Contains("'model.safetensors' is a large file (git LFS), and", error, StringComparison.Ordinal);
        Assert.Contains("Object does not exist", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Symbolic_links_inside_are_followed_and_others_left_out()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need a privilege.");
        using var server = new GitServer();
        server.Commit("model", ("sub/real", "r"u8.ToArray()), ("gone", "x"u8.ToArray()));
        server.Git("model", "rm", "--quiet", "gone");
        var work = server.Git("model", "rev-parse", "--show-toplevel").Trim();
        File.CreateSymbolicLink(Path.Combine(work, "link"), "sub/real");
        File.CreateSymbolicLink(Path.Combine(work, "out"), "../../etc/passwd");
        server.Commit("model");
        using var build = new SourceHarness();

        var image = await build.ImageAsync($"FROM scratch\nADD {server.Address("model")} /\n");

        Assert.Equal(["/link", "/sub/real"], image.Files.Select(file => file.Path).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("https://host/a/b.git#v1:sub", "https://host/a/b.git", "v1", "sub", "https://host/a/b.git/info/lfs")]
    [InlineData("git://host/a", "git://host/a", null, "", "https://host/a.git/info/lfs")]
    [InlineData("git@host:a/b.git#:sub/dir/", "git@host:a/b.git", null, "sub/dir", "https://host/a/b.git/info/lfs")]
    [InlineData("ssh://git@host:22/a/b", "ssh://git@host:22/a/b", null, "", "https://host/a/b.git/info/lfs")]
    public void Addresses_are_read_as_BuildKit_reads_them(string source, string remote, string? reference, string directory, string large)
    {
        Assert.Equal(new GitAddress(remote, reference, directory), GitAddress.Parse(source));
        Assert.Equal(large, GitAddress.Parse(source)!.LargeFiles!.AbsoluteUri);
    }

    [Theory]
    [InlineData("https://host/a/b")]
    [InlineData("-oProxyCommand=x@host:path")]
    [InlineData("a/b.git")]
    public void Other_sources_are_no_repositories(string source) => Assert.Null(GitAddress.Parse(source));

    [Fact]
    public void Pointers_are_told_from_files()
    {
        var hex = new string('a', 64);
        Assert.Equal(12, LfsPointer.Parse(Encoding.ASCII.GetBytes($"version https://git-lfs.github.com/spec/v1\noid sha256:{hex}\nsize 12\n"))!.Size);
        Assert.Null(LfsPointer.Parse(Encoding.ASCII.GetBytes($"version https://git-lfs.github.com/spec/v1\noid sha256:{hex}\nsize -1\n")));
        Assert.Null(LfsPointer.Parse("version https://git-lfs.github.com/spec/v1\n"u8));
        Assert.Null(LfsPointer.Parse("{}"u8));
    }
}
