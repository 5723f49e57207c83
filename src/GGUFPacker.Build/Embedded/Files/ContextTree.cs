namespace GGUFPacker.Build.Embedded.Files;

/// <summary>A directory of the user's, read as it is when a step asks. Symbolic links are followed; whether they may leave the directory, the step decides.</summary>
internal sealed class ContextTree(string root, Func<string, FileContent> open) : FileTree
{
    private static readonly EnumerationOptions Listing = new() { AttributesToSkip = 0, IgnoreInaccessible = false, RecurseSubdirectories = false };

    /// <summary>The directory.</summary>
    public string Root { get; } = Path.GetFullPath(root);

    /// <inheritdoc/>
    public override TreeEntry? Find(string path)
    {
        var physical = Physical(path);
        return Directory.Exists(physical) ? new DirectoryEntry()
            : File.Exists(physical) ? new FileEntry(open(physical), ModeOf(physical))
            : null;
    }

    /// <inheritdoc/>
    public override IEnumerable<KeyValuePair<string, TreeEntry>> Below(string directory) => Below(directory, Physical(directory), []);

    /// <summary>Whether what is at a path lies inside the directory once links are resolved.</summary>
    public bool IsInside(string path)
    {
        var realRoot = Resolve(Root);
        var real = Resolve(Physical(path));
        return real == realRoot || real.StartsWith(Path.TrimEndingDirectorySeparator(realRoot) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
    }

    private static int ModeOf(string physical)
    {
        // Only the owner's execute bit is carried over, so that a umask or another operating system does not change a layer.
        return !OperatingSystem.IsWindows() && (File.GetUnixFileMode(physical) & UnixFileMode.UserExecute) != 0 ? FileEntry.ExecutableMode : FileEntry.DefaultMode;
    }

    private static string Resolve(string path)
    {
        // Each component may be a link, so the path is resolved from its root downwards.
        var resolved = Path.GetPathRoot(path) ?? "";
        foreach (var part in path[resolved.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            resolved = Path.Combine(resolved, part);
            FileSystemInfo info = Directory.Exists(resolved) ? new DirectoryInfo(resolved) : new FileInfo(resolved);
            if (info.LinkTarget is not null && info.ResolveLinkTarget(returnFinalTarget: true) is { } target)
            {
                resolved = Resolve(target.FullName);
            }
        }

        return resolved;
    }

    private IEnumerable<KeyValuePair<string, TreeEntry>> Below(string directory, string physical, HashSet<string> chain)
    {
        if (!chain.Add(Resolve(physical)))
        {
            throw new IOException($"The directory '{physical}' contains itself through a symbolic link.");
        }

        foreach (var name in Directory.EnumerateFileSystemEntries(physical, "*", Listing).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal))
        {
            var path = TreePath.Join(directory, name);
            if (Find(path) is not { } entry)
            {
                throw new IOException($"'{Physical(path)}' is a symbolic link to nothing.");
            }

            yield return new(path, entry);
            if (entry is DirectoryEntry)
            {
                foreach (var below in Below(path, Physical(path), chain))
                {
                    yield return below;
                }
            }
        }

        chain.Remove(Resolve(physical));
    }

    private string Physical(string path) => path.Length == 0 ? Root : Path.Combine(Root, path.Replace('/', Path.DirectorySeparatorChar));
}
