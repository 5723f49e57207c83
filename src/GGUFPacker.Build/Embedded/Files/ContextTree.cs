using GGUFPacker.Build.Embedded.Steps;
using GGUFPacker.Packerfile.Ignoring;

namespace GGUFPacker.Build.Embedded.Files;

/// <summary>
/// A directory of the user's, read as it is when a step asks. What its ignore file names is not there; a directory that is ignored is there as far as it
/// holds something that is not. Symbolic links are followed; whether they may leave the directory, the step decides.
/// </summary>
internal sealed class ContextTree(string root, IgnorePatterns ignored, Func<string, FileContent> open) : FileTree
{
    private static readonly EnumerationOptions Listing = new() { AttributesToSkip = 0, IgnoreInaccessible = false, RecurseSubdirectories = false };

    /// <summary>The directory.</summary>
    public string Root { get; } = Path.GetFullPath(root);

    /// <inheritdoc/>
    public override TreeEntry? Find(string path)
    {
        var entry = FindPhysical(path);
        var match = entry is null || ignored.IsEmpty
            ? default
            : TreePath.Parents(path).Append(path).Where(part => part.Length > 0).Aggregate(default(IgnoreMatch), (parent, part) => Match(part, parent));
        return !match.IsIgnored || (entry is DirectoryEntry && ignored.HasExceptions && Below(path, Physical(path), [], match).Any()) ? entry : null;
    }

    /// <summary>Whether a path exists and is only not there because it is ignored.</summary>
    public bool IsIgnored(string path) => FindPhysical(path) is not null && Find(path) is null;

    /// <inheritdoc/>
    public override IEnumerable<KeyValuePair<string, TreeEntry>> Below(string directory) => Below(
        directory,
        Physical(directory),
        [],
        TreePath.Parents(directory).Append(directory).Where(part => part.Length > 0).Aggregate(default(IgnoreMatch), (parent, part) => Match(part, parent)));

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
        return !OperatingSystem.IsWindows() && (File.GetUnixFileMode(physical) & UnixFileMode.UserExecute) != 0
            ? FileEntry.ExecutableMode
            : FileEntry.DefaultMode;
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

    // A link to itself exists, and leads nowhere.
    private static bool IsFile(string physical)
    {
        var file = new FileInfo(physical);
        try
        {
            return file.Exists && (file.LinkTarget is null || file.ResolveLinkTarget(returnFinalTarget: true) is { Exists: true });
        }
        catch (IOException)
        {
            return false;
        }
    }

    private IgnoreMatch Match(string path, IgnoreMatch parent)
    {
        try
        {
            return ignored.Match(path, parent);
        }
        catch (FormatException error)
        {
            throw new StepException($"The ignore file of '{Root}' is faulty: {error.Message}", error);
        }
    }

    private TreeEntry? FindPhysical(string path)
    {
        var physical = Physical(path);
        return Directory.Exists(physical) ? new DirectoryEntry()
            : IsFile(physical) ? new FileEntry(open(physical), ModeOf(physical))
            : null;
    }

    private IEnumerable<KeyValuePair<string, TreeEntry>> Below(string directory, string physical, HashSet<string> chain, IgnoreMatch parent)
    {
        if (!chain.Add(Resolve(physical)))
        {
            throw new IOException($"The directory '{physical}' contains itself through a symbolic link.");
        }

        foreach (var name in Directory.EnumerateFileSystemEntries(physical, "*", Listing).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal))
        {
            var path = TreePath.Join(directory, name);
            var match = ignored.IsEmpty ? default : Match(path, parent);
            if (match.IsIgnored && !ignored.HasExceptions)
            {
                continue;
            }

            var entry = FindPhysical(path);
            if (entry is null && !match.IsIgnored)
            {
                throw new IOException($"'{Physical(path)}' is a symbolic link to nothing.");
            }

            var isHidden = match.IsIgnored;
            if (!isHidden)
            {
                yield return new(path, entry!);
            }

            foreach (var below in entry is DirectoryEntry ? Below(path, Physical(path), chain, match) : [])
            {
                // An ignored directory is there for what it holds.
                if (isHidden)
                {
                    yield return new(path, entry!);
                    isHidden = false;
                }

                yield return below;
            }
        }

        chain.Remove(Resolve(physical));
    }

    private string Physical(string path) => path.Length == 0 ? Root : Path.Combine(Root, path.Replace('/', Path.DirectorySeparatorChar));
}
