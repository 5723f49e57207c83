using System.Text;
using GGUFPacker.Build.Sources.Git;
using GGUFPacker.Testing;
using GGUFPacker.Testing.Git;

namespace GGUFPacker.Build.Tests.Sources;

/// <summary>ADD of a git repository, from a real git server.</summary>
[ReadsGoldens("packer/units")]
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
    public async Task Symbolic_links_become_what_they_lead_to()
    {
        using var server = WithLinks(("link", "sub/real"), ("sub/again", "../link"), ("folder", "sub"), ("nowhere", "missing"));
        using var build = new SourceHarness();

        var image = await build.ImageAsync($"FROM scratch\nADD {server.Address("model")} /\n");

        Assert.Equal(
            ["/folder/again", "/folder/real", "/link", "/sub/again", "/sub/real"], image.Files.Select(file => file.Path).Order(StringComparer.Ordinal));
        Assert.All(image.Files, file => Assert.Equal("r", File.ReadAllText(file.StorePath)));
    }

    [Theory]
    [InlineData("../../etc/passwd", "leads out of the tree")]
    [InlineData("/etc/passwd", "leads out of the tree")]
    [InlineData("bad", "leads in a circle")]
    [InlineData(".", "leads to a directory that contains it")]
    public async Task A_link_out_or_in_a_circle_is_an_error_for_who_reads_it(string target, string says)
    {
        using var server = WithLinks(("bad", target));
        using var build = new SourceHarness();

        Assert.Equal(
            $"2 The repository's symbolic link 'bad' to '{target}' {says}. Leave it out with --exclude, or copy what is needed.",
            await build.FailAsync($"FROM scratch\nADD {server.Address("model")} /\n"));
        var image = await build.ImageAsync($"FROM scratch\nADD --exclude=bad {server.Address("model")} /\n");
        Assert.Equal(["/sub/real"], image.Files.Select(file => file.Path));
        image = await build.ImageAsync($"FROM scratch AS git\nADD {server.Address("model")} /\nFROM scratch\nCOPY --from=git sub /\n");
        Assert.Equal(["/real"], image.Files.Select(file => file.Path));
    }

    [Fact]
    public async Task Names_that_differ_in_case_are_two_files()
    {
        using var server = new GitServer();
        server.Commit("model", ("seed", []));
        foreach (var name in (string[])["Model.txt", "model.txt", "aux", "CON.txt"])
        {
            var blob = server.GitInput("model", name, "hash-object", "-w", "--stdin").Trim();
            server.Git("model", "update-index", "--add", "--cacheinfo", $"100644,{blob},{name}");
        }

        server.Git("model", "-c", "user.name=Test", "-c", "user.email=t@localhost", "commit", "--quiet", "--message", "Names");
        using var build = new SourceHarness();

        var image = await build.ImageAsync($"FROM scratch\nADD --exclude=seed {server.Address("model")} /\n");

        Assert.Equal(["/CON.txt", "/Model.txt", "/aux", "/model.txt"], image.Files.Select(file => file.Path).Order(StringComparer.Ordinal));
        Assert.All(image.Files, file => Assert.Equal(file.Path[1..], File.ReadAllText(file.StorePath)));
    }

    [Fact]
    public async Task A_commits_checksum_is_verified()
    {
        using var server = new GitServer();
        var first = server.Commit("model", ("a", "1"u8.ToArray()));
        server.Git("model", "-c", "user.name=Test", "-c", "user.email=t@localhost", "tag", "--annotate", "--message=One", "v1");
        var tag = server.Git("model", "rev-parse", "v1").Trim();
        var second = server.Commit("model", ("a", "2"u8.ToArray()));
        using var build = new SourceHarness();

        foreach (var line in (string[])[$"--checksum={first} {server.Address("model")}#v1", $"--checksum={first[..7]} {server.Address("model")}#v1", $"--checksum={tag} {server.Address("model")}#v1", $"{server.Address("model")}?commit={second}"])
        {
            await build.ImageAsync($"FROM scratch\nADD {line} /\n");
        }

        Assert.Equal(
            $"2 {server.Address("model")}: the commit is {second}; {first} was expected.", await build.FailAsync($"FROM scratch\nADD --checksum={first} {server.Address("model")} /\n"));
        Assert.Contains("the first of them", await build.FailAsync($"FROM scratch\nADD --checksum=main {server.Address("model")} /\n"), StringComparison.Ordinal);
        Assert.Contains("--checksum says", await build.FailAsync($"FROM scratch\nADD --checksum={first} {server.Address("model")}?checksum={second} /\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--keep-git-dir", "#v1", "refs/tags/v1")]
    [InlineData("--keep-git-dir=true", "", null)]
    [InlineData("--link", "?keep-git-dir=1&branch=main", "refs/heads/main")]
    public async Task The_git_directory_is_kept_on_demand_and_git_can_use_it(string flag, string fragment, string? reference)
    {
        using var server = new GitServer();
        server.Commit("model", ("a", "1"u8.ToArray()));
        var commit = server.Commit("model", ("a", "2"u8.ToArray()), ("sub/b", "b"u8.ToArray()), ("big.bin", server.AddLarge(Large)));
        server.Git("model", "-c", "user.name=Test", "-c", "user.email=t@localhost", "tag", "--annotate", "--message=One", "v1");
        using var build = new SourceHarness();
        using var other = new SourceHarness();
        var text = $"FROM scratch\nADD {flag} {server.Address("model")}{fragment} /model\n";

        var image = await build.ImageAsync(text);

        // Another machine gets the same bytes.
        Assert.Equal(image.Manifest.Digest, (await other.ImageAsync(text)).Manifest.Digest);
        Assert.Contains("755 0:0 model/.git/refs/", build.Build.Layers(image)[0]);
        using var work = new TemporaryDirectory();
        Directory.CreateDirectory(Path.Combine(work.Path, ".git", "refs"));
        foreach (var file in image.Files)
        {
            work.Copy(file.StorePath, file.Path["/model/".Length..]);
        }

        Assert.Equal(commit, GitServer.RunIn(work.Path, "rev-parse", "HEAD").Trim());
        Assert.Equal("M big.bin", GitServer.RunIn(work.Path, "status", "--porcelain").Trim()); // no filter for large files is set up here
        Assert.Equal("", GitServer.RunIn(work.Path, "fsck", "--strict").Trim());
        Assert.Equal("1", GitServer.RunIn(work.Path, "rev-list", "--count", "HEAD").Trim());
        Assert.Equal(server.Address("model"), GitServer.RunIn(work.Path, "remote", "get-url", "origin").Trim());
        Assert.Equal(reference ?? "", GitServer.RunIn(work.Path, "for-each-ref", "--format=%(refname)").Trim());
        if (reference == "refs/tags/v1")
        {
            Assert.Equal("v1", GitServer.RunIn(work.Path, "describe").Trim());
        }
    }

    [Fact]
    public async Task Options_hold_for_repositories_as_for_files()
    {
        using var server = new GitServer();
        server.Commit("model", ("a.txt", "a"u8.ToArray()), ("sub/b.md", "b"u8.ToArray()), ("sub/run", "r"u8.ToArray()));
        server.Git("model", "update-index", "--chmod=+x", "sub/run");
        server.Commit("model", ("c.txt", "c"u8.ToArray()));
        using var build = new SourceHarness();
        build.Build.Context.Write("local.txt", "l");

        var image = await build.ImageAsync($"FROM scratch\nADD --exclude=**/*.md --exclude=c.txt --chown=3:4 --chmod=g-r {server.Address("model")} local.txt {server.Address("model")}#:sub /to/\n");

        Assert.Equal(
            ["755 3:4 to/", "604 3:4 to/a.txt", "604 3:4 to/local.txt", "715 3:4 to/run", "715 3:4 to/sub/", "715 3:4 to/sub/run"], Assert.Single(build.Build.Layers(image)));
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
    [InlineData("https://h/a.git?x=1", "the query has 'x=1', which means nothing")]
    [InlineData("https://h/a.git?ref=a&ref=b", "more than once")]
    [InlineData("https://h/a.git?ref=a#b", "contradicts 'b'")]
    [InlineData("https://h/a.git?tag=a&branch=b", "names a tag and a branch")]
    [InlineData("https://h/a.git?subdir=", "is empty")]
    [InlineData("https://h/a.git?keep-git-dir=maybe", "true or false")]
    public void A_faulty_query_is_refused(string source, string says) =>
        Assert.Contains(says, Assert.Throws<FormatException>(() => GitAddress.Parse(source)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_query_is_read_as_BuildKit_reads_it() => Assert.Equal(
        new GitAddress("https://h/a.git", "refs/tags/v1", "x/y") { Checksum = "abc", KeepGitDirectory = true },
        GitAddress.Parse("https://h/a.git?tag=v1&subdir=x/y&checksum=abc&keep-git-dir&submodules=false&mtime=commit"));

    [Theory]
    [GoldenData(nameof(RecordedAddresses))]
    public void An_address_is_read_as_by_the_original(int index)
    {
        var row = GGUFPacker.Packerfile.Tests.GoldenRows.Read("packer", "units", "gitRefs.json")[index];
        var source = row.GetProperty("ref").GetString()!;
        if (source.Contains("?x=1", StringComparison.Ordinal))
        {
            Assert.Skip("The newest BuildKit refuses a query that it does not know; so do we.");
        }

        // "github.com/…" without a scheme is a path for ADD, and nothing behind the colon is no repository.
        var isPath = row.TryGetProperty("error", out _) || row.GetProperty("indistinguishableFromLocal").GetBoolean() || source.EndsWith(':');
        var address = GitAddress.Parse(source);
        Assert.Equal(isPath, address is null);
        if (address is not null)
        {
            Assert.Equal(row.GetProperty("remote").GetString(), address.Remote, ignoreCase: source.Any(char.IsAsciiLetterUpper));
            Assert.Equal(row.GetProperty("commit").GetString(), address.Reference ?? "");
            Assert.Equal(row.GetProperty("subDir").GetString(), address.Directory);
        }
    }

    public static IEnumerable<TheoryDataRow<int>> RecordedAddresses =>
        Enumerable.Range(0, GGUFPacker.Packerfile.Tests.GoldenRows.Read("packer", "units", "gitRefs.json").Count).Select(i => new TheoryDataRow<int>(i));

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

    private static GitServer WithLinks(params (string Path, string Target)[] links)
    {
        var server = new GitServer();
        server.Commit("model", ("sub/real", "r"u8.ToArray()));
        foreach (var (path, target) in links)
        {
            var blob = server.GitInput("model", target, "hash-object", "-w", "--stdin").Trim();
            server.Git("model", "update-index", "--add", "--cacheinfo", $"120000,{blob},{path}");
        }

        server.Git("model", "-c", "user.name=Test", "-c", "user.email=t@localhost", "commit", "--quiet", "--message", "Links");
        return server;
    }
}
