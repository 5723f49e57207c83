using System.Collections.Immutable;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Sources.Git;

/// <summary>
/// Brings one commit of a git repository into the store: its files each by digest, without history or work tree. Large files (git LFS) come later, when they
/// are read.
/// </summary>
internal sealed class GitRepository(GitProgram git, ContentStore store)
{
    private const int MaxFiles = 100_000;

    /// <summary>The commit that an address means.</summary>
    /// <exception cref="SourceException">The remote has no such reference.</exception>
    public async Task<GitCommit> ResolveAsync(GitAddress address, CancellationToken cancellationToken)
    {
        if (address.IsCommit)
        {
            return new GitCommit(address.Reference!, null, address.Reference!);
        }

        var wanted = address.Reference ?? "HEAD";
        string[] patterns = wanted == "HEAD" ? ["HEAD"] : [wanted, $"{wanted}^{{}}"];
        var answer = await git.RunAsync(null, ["ls-remote", "--", address.Remote, .. patterns], "", cancellationToken).ConfigureAwait(false);
        var found = answer.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('\t'))
            .Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[1], pair => pair[0]);
        // A tag wins over a branch of the same name, and of an annotated tag the commit that it marks.
        foreach (var name in (string[])[$"refs/tags/{wanted}^{{}}", $"refs/tags/{wanted}", $"refs/heads/{wanted}", $"{wanted}^{{}}", wanted])
        {
            if (found.TryGetValue(name, out var commit))
            {
                var reference = name.EndsWith("^{}", StringComparison.Ordinal) ? name[..^3] : name;
                return new GitCommit(
                    commit, reference.StartsWith("refs/", StringComparison.Ordinal) ? reference : null, found.GetValueOrDefault(reference, commit));
            }
        }

        throw new SourceException($"{address.Shown} has no branch or tag '{wanted}'.");
    }

    /// <summary>Fetches a commit's files.</summary>
    /// <param name="address">Where, and which directory.</param>
    /// <param name="commit">The commit.</param>
    /// <param name="keepGitDirectory">Whether its <c>.git</c> comes along.</param>
    /// <param name="note">Told of what is left out.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="SourceException">The remote does not give it.</exception>
    public async Task<ImmutableArray<GitEntry>> FetchAsync(
        GitAddress address, GitCommit commit, bool keepGitDirectory, Action<string> note, CancellationToken cancellationToken)
    {
        var directory = store.Contents.NewTemporaryPath();
        Directory.CreateDirectory(directory);
        try
        {
            await git.RunAsync(directory, ["init", "--quiet", "--bare", "."], "", cancellationToken).ConfigureAwait(false);
            await FetchCommitAsync(directory, address, commit, cancellationToken).ConfigureAwait(false);
            var tree = address.Directory.Length == 0 ? commit.Name : $"{commit.Name}:{address.Directory}";
            var listing = await git.RunAsync(directory, ["ls-tree", "-r", "-z", "-l", tree], "", cancellationToken).ConfigureAwait(false);
            var entries = await ReadAsync(directory, Parse(listing, note), note, cancellationToken).ConfigureAwait(false);
            return keepGitDirectory
                ? [.. entries, .. await new GitDirectory(git, store).MakeAsync(directory, address, commit, cancellationToken).ConfigureAwait(false)]
                : entries;
        }
        finally
        {
            Delete(directory);
        }
    }

    private async Task FetchCommitAsync(string directory, GitAddress address, GitCommit commit, CancellationToken cancellationToken)
    {
        string[] options = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules"];
        try
        {
            await git.RunAsync(directory, [.. options, "--depth=1", "--", address.Remote, commit.Object], "", cancellationToken).ConfigureAwait(false);
        }
        catch (SourceException)
        {
            // Not every server gives a commit by its name, or a part of the history: then all of it.
            await git.RunAsync(
                directory,
                [.. options, "--", address.Remote, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"],
                "",
                cancellationToken).ConfigureAwait(false);
        }
    }

    private static List<(string Mode, string Object, string Path)> Parse(string listing, Action<string> note)
    {
        var files = new List<(string, string, string)>();
        foreach (var line in listing.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            // 100644 blob 1f7a…      12<tab>path
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            var fields = line[..tab].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var path = line[(tab + 1)..];
            if (fields[1] == "commit")
            {
                note($"The submodule '{path}' is left out.");
            }
            else if (path.Split('/').Any(part => part is "" or "." or ".." || part.Equals(".git", StringComparison.OrdinalIgnoreCase)))
            {
                throw new SourceException($"The repository has a file with the path '{path}', which leads out of it.");
            }
            else
            {
                files.Add((fields[0], fields[2], path));
            }
        }

        return files.Count <= MaxFiles ? files : throw new SourceException($"The repository has {files.Count} files; {MaxFiles} are allowed.");
    }

    private async Task<ImmutableArray<GitEntry>> ReadAsync(
        string directory, List<(string Mode, string Object, string Path)> files, Action<string> note, CancellationToken cancellationToken)
    {
        var entries = new Dictionary<string, GitEntry>(StringComparer.Ordinal);
        var links = new List<(string Path, string Target)>();
        var reader = new GitBlobReader(store, files.Select(file => file.Mode == "120000").ToList(), (index, blob) =>
        {
            var (mode, _, path) = files[index];
            if (blob.Link is { } target)
            {
                links.Add((path, target));
            }
            else
            {
                entries.Add(path, new GitEntry(path, mode == "100755", blob.Digest, blob.Size, blob.IsLarge));
            }
        });
        var objects = string.Concat(files.Select(file => file.Object + "\n"));
        await git.RunAsync(directory, ["cat-file", "--batch"], objects, reader.WriteAsync, cancellationToken).ConfigureAwait(false);
        reader.Complete();
        entries = Follow(entries, links, note);
        return [.. entries.Values.OrderBy(entry => entry.Path, StringComparer.Ordinal)];
    }

    // A link to a file or directory of the repository becomes a copy of it. One that leads out or in circles is an error for whoever reads it: often nobody
    // does.
    private static Dictionary<string, GitEntry> Follow(Dictionary<string, GitEntry> entries, List<(string Path, string Target)> links, Action<string> note)
    {
        var targets = links.ToDictionary(link => link.Path, link => link.Target, StringComparer.Ordinal);
        var directories = entries.Keys.Concat(targets.Keys).SelectMany(TreePath.Parents).ToHashSet(StringComparer.Ordinal);
        var paths = entries.Keys.Concat(targets.Keys).Order(StringComparer.Ordinal).ToList();
        var tree = new SymbolicLinks(
            targets,
            path => path.Length == 0 || directories.Contains(path) ? true : entries.ContainsKey(path) ? false : null,
            directory => paths.Where(path => path != directory && TreePath.IsAtOrBelow(path, directory)),
            hasRoot: false);
        var all = new Dictionary<string, GitEntry>(entries, StringComparer.Ordinal);
        foreach (var (path, target) in links)
        {
            var expansion = tree.Expand(path);
            if (expansion.Fault is { } fault)
            {
                all[path] = new GitEntry(path, false, default, 0, false) { Fault = $"The repository's symbolic link '{path}' to '{target}' {fault}." };
                continue;
            }

            if (expansion.Copies.Count == 0)
            {
                note($"The symbolic link '{path}' to '{target}' is left out: that is no file of the repository.");
            }

            foreach (var (copy, source) in expansion.Copies)
            {
                if (entries.TryGetValue(source, out var file))
                {
                    all[copy] = file with { Path = copy };
                }
            }
        }

        return all;
    }

    private static void Delete(string directory)
    {
        try
        {
            // Git's objects are read-only, which Windows minds.
            foreach (var file in new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories))
            {
                file.Attributes = FileAttributes.Normal;
            }

            Directory.Delete(directory, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What is left is swept with the store's other temporary files.
        }
    }
}
