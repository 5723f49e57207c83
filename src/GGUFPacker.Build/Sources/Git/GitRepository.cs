using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Sources.Git;

/// <summary>
/// Brings one commit of a git repository into the store: its files each by digest, without history, work tree or <c>.git</c>. Large files (git LFS) come later, when they are read.
/// </summary>
internal sealed class GitRepository(GitProgram git, ContentStore store)
{
    private const int MaxFiles = 100_000;

    /// <summary>The commit that an address means.</summary>
    /// <exception cref="SourceException">The remote has no such reference.</exception>
    public async Task<string> ResolveAsync(GitAddress address, CancellationToken cancellationToken)
    {
        if (address.IsCommit)
        {
            return address.Reference!;
        }

        var wanted = address.Reference ?? "HEAD";
        string[] patterns = wanted == "HEAD" ? ["HEAD"] : [wanted, $"{wanted}^{{}}"];
        var answer = await git.RunAsync(null, ["ls-remote", "--", address.Remote, .. patterns], "", cancellationToken).ConfigureAwait(false);
        var found = answer.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')).Where(pair => pair.Length == 2).ToDictionary(pair => pair[1], pair => pair[0]);
        // A tag wins over a branch of the same name, and of an annotated tag the commit that it marks.
        foreach (var name in (string[])[$"refs/tags/{wanted}^{{}}", $"refs/tags/{wanted}", $"refs/heads/{wanted}", $"{wanted}^{{}}", wanted])
        {
            if (found.TryGetValue(name, out var commit))
            {
                return commit;
            }
        }

        throw new SourceException($"{address.Remote} has no branch or tag '{wanted}'.");
    }

    /// <summary>Fetches a commit's files.</summary>
    /// <param name="address">Where, and which directory.</param>
    /// <param name="commit">The commit.</param>
    /// <param name="note">Told of what is left out.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="SourceException">The remote does not give it.</exception>
    public async Task<ImmutableArray<GitEntry>> FetchAsync(GitAddress address, string commit, Action<string> note, CancellationToken cancellationToken)
    {
        var directory = store.Contents.NewTemporaryPath();
        Directory.CreateDirectory(directory);
        try
        {
            await git.RunAsync(directory, ["init", "--quiet", "--bare", "."], "", cancellationToken).ConfigureAwait(false);
            await FetchCommitAsync(directory, address, commit, cancellationToken).ConfigureAwait(false);
            var tree = address.Directory.Length == 0 ? commit : $"{commit}:{address.Directory}";
            var listing = await git.RunAsync(directory, ["ls-tree", "-r", "-z", "-l", tree], "", cancellationToken).ConfigureAwait(false);
            return await ReadAsync(directory, Parse(listing, note), note, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Delete(directory);
        }
    }

    private async Task FetchCommitAsync(string directory, GitAddress address, string commit, CancellationToken cancellationToken)
    {
        string[] options = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules"];
        try
        {
            await git.RunAsync(directory, [.. options, "--depth=1", "--", address.Remote, commit], "", cancellationToken).ConfigureAwait(false);
        }
        catch (SourceException)
        {
            // Not every server gives a commit by its name, or a part of the history: then all of it.
            await git.RunAsync(directory, [.. options, "--", address.Remote, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"], "", cancellationToken).ConfigureAwait(false);
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

    private async Task<ImmutableArray<GitEntry>> ReadAsync(string directory, List<(string Mode, string Object, string Path)> files, Action<string> note, CancellationToken cancellationToken)
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
        foreach (var (path, target) in links)
        {
            if (entries.TryGetValue(Resolve(path, target), out var file))
            {
                entries.Add(path, file with { Path = path });
            }
            else
            {
                note($"The symbolic link '{path}' to '{target}' is left out: that is no file of the repository.");
            }
        }

        return [.. entries.Values.OrderBy(entry => entry.Path, StringComparer.Ordinal)];
    }

    private static string Resolve(string path, string target)
    {
        if (target.StartsWith('/'))
        {
            return "";
        }

        var parts = path.Split('/')[..^1].ToList();
        foreach (var part in target.Split('/'))
        {
            if (part == ".." && parts.Count == 0)
            {
                return "";
            }

            if (part == "..")
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or "."))
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
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
