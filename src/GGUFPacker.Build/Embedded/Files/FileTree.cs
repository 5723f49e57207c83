namespace GGUFPacker.Build.Embedded.Files;

/// <summary>A file system that can be read: a stage's, or a directory of the user's. Paths are as <see cref="TreePath"/> has them.</summary>
internal abstract class FileTree
{
    /// <summary>What is at a path once links are followed, or null. The root is a directory.</summary>
    public abstract TreeEntry? Find(string path);

    /// <summary>Everything below a directory, links as what they lead to, not itself, in ordinal order of the paths; parents before their children.</summary>
    public abstract IEnumerable<KeyValuePair<string, TreeEntry>> Below(string directory);

    /// <summary>What a source of ADD or COPY means: the path itself, or what matches its wildcards.</summary>
    public IReadOnlyList<string> Match(string source)
    {
        var path = TreePath.Normalize(source);
        if (!PathPattern.HasWildcard(path))
        {
            return Find(path) is null ? [] : [path];
        }

        // Only what lies below the components without a wildcard has to be listed.
        var start = "";
        foreach (var parent in TreePath.Parents(path).TakeWhile(parent => !PathPattern.HasWildcard(parent)))
        {
            start = parent;
        }

        return Find(start) is DirectoryEntry ? [.. Below(start).Select(entry => entry.Key).Where(candidate => PathPattern.Matches(path, candidate))] : [];
    }
}
