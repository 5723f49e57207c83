using System.Diagnostics;
using System.Security.Cryptography;
using GGUFPacker.Testing;
using GGUFPacker.Testing.Git;

namespace GGUFPacker.Build.Tests.Sources;

/// <summary>
/// Repositories that the real git-lfs made: its pointers, its uploads, its checkout. What ADD gives without that program has to be what it checks out. The server is the tests' own, and
/// git-lfs is content with it, which says as much about the server.
/// </summary>
public sealed class LargeFileProgramTests
{
    private static readonly (string Path, int Size)[] Files =
    [
        ("model-00001-of-00002.safetensors", 300_000), ("model-00002-of-00002.safetensors", 5), ("empty.safetensors", 0), ("sub dir/ünïcode.safetensors", 70_000),
        ("tokenizer.json", 12_000), ("README.md", 100),
    ];

    private readonly string[] _filters =
    [
        "-c", "filter.lfs.process=git-lfs filter-process", "-c", "filter.lfs.clean=git-lfs clean -- %f", "-c", "filter.lfs.smudge=git-lfs smudge -- %f", "-c", "filter.lfs.required=true",
        "-c", "user.name=Test", "-c", "user.email=test@localhost", "-c", "init.defaultBranch=main", "-c", "lfs.locksverify=false", "-c", "core.hooksPath=/nowhere",
    ];

    [Fact]
    public async Task A_repository_of_git_lfs_becomes_the_files_that_git_lfs_checks_out()
    {
        Programs.Require("git-lfs");
        using var server = new GitServer();
        server.Commit("model", ("seed", []));
        using var work = new TemporaryDirectory();
        Git(work.Path, "init", "--quiet", ".");
        Git(work.Path, "lfs", "track", "*.safetensors");
        var random = new Random(1);
        foreach (var (path, size) in Files)
        {
            var bytes = new byte[size];
            random.NextBytes(bytes);
            work.Write(path, bytes);
        }

        Git(work.Path, "add", "--all");
        Git(work.Path, "commit", "--quiet", "--message", "Files");
        Git(work.Path, "remote", "add", "origin", server.Address("model"));
        Git(work.Path, "lfs", "push", "origin", "main");
        Git(work.Path, "push", "--quiet", "--force", "origin", "main");
        Assert.Equal(3, server.Requests.Count(request => request.Method == "PUT"));
        using var checkout = new TemporaryDirectory();
        Git(checkout.Path, "clone", "--quiet", server.Address("model"), "model");
        var theirs = Path.Combine(checkout.Path, "model");
        Assert.Equal(5, new FileInfo(Path.Combine(theirs, "model-00002-of-00002.safetensors")).Length);

        using var build = new SourceHarness();
        var image = await build.ImageAsync($"FROM scratch\nADD {server.Address("model")} /\n");

        Assert.Equal(
            Directory.EnumerateFiles(theirs, "*", SearchOption.AllDirectories)
                .Select(path => (Path: "/" + Path.GetRelativePath(theirs, path).Replace('\\', '/'), Digest: Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))))
                .Where(file => !file.Path.StartsWith("/.git/", StringComparison.Ordinal)).OrderBy(file => file.Path, StringComparer.Ordinal),
            image.Files.Select(file => (file.Path, Digest: file.Digest.IsEmpty ? Convert.ToHexStringLower(SHA256.HashData([])) : file.Digest.Hex)).OrderBy(file => file.Path, StringComparer.Ordinal));
    }

    private void Git(string directory, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", [.. _filters, .. arguments]) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["GIT_CONFIG_GLOBAL"] = Path.Combine(directory, "no such file");
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"git {string.Join(' ', arguments)}: {error.GetAwaiter().GetResult()}");
    }
}
