using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Sources.Git;

/// <summary>
/// Makes the <c>.git</c> that --keep-git-dir asks for: one commit without history, its branch or tag, and an index. No time and nothing of this machine goes
/// into it, so that the same commit gives the same files; the one pack has its objects in the order of their names, none as a difference to another.
/// </summary>
internal sealed class GitDirectory(GitProgram git, ContentStore store)
{
    // What users may have set otherwise and would change the bytes.
    private static readonly string[] Settings =
    [
        "-c", "core.compression=0", "-c", "pack.compression=0", "-c", "pack.threads=1", "-c", "pack.writeReverseIndex=false", "-c", "pack.indexVersion=2",
        "-c",
        "index.version=2",
        "-c",
        "index.threads=1",
        "-c",
        "core.untrackedCache=false",
        "-c",
        "core.fsmonitor=false",
        "-c",
        "index.sparse=false",
        "-c",
        "core.splitIndex=false",
    ];

    /// <summary>The files of <c>.git</c>.</summary>
    /// <param name="directory">A repository that has the commit.</param>
    /// <param name="address">Where it is from.</param>
    /// <param name="commit">The commit.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<ImmutableArray<GitEntry>> MakeAsync(string directory, GitAddress address, GitCommit commit, CancellationToken cancellationToken)
    {
        var made = ImmutableArray.CreateBuilder<GitEntry>();
        await AddPackAsync(directory, commit, made, cancellationToken).ConfigureAwait(false);
        await git.RunAsync(directory, [.. Settings, "read-tree", commit.Name], "", cancellationToken).ConfigureAwait(false);
        Add("index", await File.ReadAllBytesAsync(Path.Combine(directory, "index"), cancellationToken).ConfigureAwait(false), made);

        Add("HEAD", $"{commit.Name}\n", made);
        Add("config", Config(address, commit.Name.Length == 64), made);
        var raw = await git.RunAsync(directory, ["cat-file", "commit", commit.Name], "", cancellationToken).ConfigureAwait(false);
        if (raw.Split("\n\n", 2)[0].Split('\n').Any(line => line.StartsWith("parent ", StringComparison.Ordinal)))
        {
            Add("shallow", $"{commit.Name}\n", made);
        }

        if (commit.Reference is { } reference)
        {
            var peeled = commit.Object == commit.Name ? "" : $"^{commit.Name}\n";
            Add("packed-refs", $"# pack-refs with: peeled fully-peeled sorted \n{commit.Object} {reference}\n{peeled}", made);
        }

        return made.DrainToImmutable();
    }

    private async Task AddPackAsync(string directory, GitCommit commit, ImmutableArray<GitEntry>.Builder made, CancellationToken cancellationToken)
    {
        var listed = await git.RunAsync(
            directory, ["rev-list", "--objects", "--no-object-names", "--no-walk", commit.Object], "", cancellationToken).ConfigureAwait(false);
        var objects = listed.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Append(commit.Object)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);
        var packed = await git.RunAsync(
            directory,
            [.. Settings, "pack-objects", "--quiet", "--no-reuse-delta", "--no-reuse-object", "--window=0", "--depth=0", "kept"],
            string.Concat(objects.Select(name => name + "\n")),
            cancellationToken).ConfigureAwait(false);
        foreach (var end in (string[])["idx", "pack"])
        {
            var stored = await store.Contents.IngestFileAsync(
                Path.Combine(directory, $"kept-{packed.Trim()}.{end}"), layer: null, cancellationToken).ConfigureAwait(false);
            made.Add(new GitEntry($".git/objects/pack/pack-{packed.Trim()}.{end}", IsExecutable: false, stored.Digest, stored.Size, IsLarge: false));
        }
    }

    // A user's name and password in the address stay out of images.
    private static string Config(GitAddress address, bool isSha256)
    {
        var quoted = address.Shown.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"[core]\n\trepositoryformatversion = {(isSha256 ? 1 : 0)}\n\tfilemode = true\n\tbare = false\n{(isSha256 ? "[extensions]\n\tobjectformat = sha256\n" : "")}[remote \"origin\"]\n\turl = \"{quoted}\"\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n");
    }

    private void Add(string name, string text, ImmutableArray<GitEntry>.Builder made) => Add(name, Encoding.UTF8.GetBytes(text), made);

    private void Add(string name, byte[] bytes, ImmutableArray<GitEntry>.Builder made) =>
        made.Add(new GitEntry($".git/{name}", IsExecutable: false, store.Contents.Ingest(bytes).Digest, bytes.Length, IsLarge: false));
}
