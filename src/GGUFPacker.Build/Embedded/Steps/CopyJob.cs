using System.Collections.Immutable;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Build.Graph;
using GGUFPacker.Packerfile.Ignoring;

namespace GGUFPacker.Build.Embedded.Steps;

/// <summary>One ADD or COPY while it is done: what is left out, and what mode and owner the copies get.</summary>
internal sealed class CopyJob(BuildSession session, CopyNode node, StageTree onto, FileOwner? owner)
{
    private readonly IgnorePatterns _excluded = new(node.Exclude);
    private readonly DifferenceBuilder _difference = new(onto, owner ?? default);
    private readonly string _destination = TreePath.Normalize(node.Destination);

    /// <summary>Copies.</summary>
    /// <param name="matches">What: the tree, the file or directory, and for --parents the pattern below it.</param>
    public ImmutableSortedDictionary<string, TreeEntry> Run(IReadOnlyList<(FileTree From, string Path, string Below)> matches)
    {
        var isDirectory = TreePath.IsDirectoryForm(node.Destination) || _difference.IsDirectory(_destination)
            || matches.Count(match => match.From.Find(match.Path) is FileEntry) + node.Files.Length > 1
            || matches.Any(match => match.From.Find(match.Path) is DirectoryEntry);
        foreach (var (from, path, below) in matches)
        {
            if (from.Find(path) is FileEntry file)
            {
                var name = TreePath.Name(path);
                if (!_excluded.Matches(name))
                {
                    _difference.Set(isDirectory ? TreePath.Join(_destination, name) : _destination, Changed(file, from, path));
                }
            }
            else
            {
                _difference.EnsureDirectory(_destination);
                CopyDirectory(from, path, below.Length == 0 ? null : new IgnorePatterns([below]));
            }
        }

        foreach (var (name, content) in node.Files)
        {
            var file = new FileEntry(new TextContent(session.Store, content));
            _difference.Set(isDirectory ? TreePath.Join(_destination, TreePath.Normalize(name)) : _destination, Changed(file, onto, name));
        }

        return _difference.Build();
    }

    // Paths are matched relative to the directory. With a pattern only what matches it is copied, and the directories above that.
    private void CopyDirectory(FileTree from, string directory, IgnorePatterns? included)
    {
        var states = new Dictionary<string, (IgnoreMatch Excluded, IgnoreMatch Included)>(StringComparer.Ordinal) { [""] = default };
        var waiting = new Dictionary<string, TreeEntry>(StringComparer.Ordinal);
        foreach (var (path, entry) in from.Below(directory))
        {
            var relative = directory.Length == 0 ? path : path[(directory.Length + 1)..];
            var parent = states[TreePath.Parent(relative)];
            var state = (Excluded: _excluded.Match(relative, parent.Excluded), Included: included?.Match(relative, parent.Included) ?? default);
            if (entry is DirectoryEntry)
            {
                states[relative] = state;
            }

            if (state.Excluded.IsIgnored || (included is not null && !state.Included.IsIgnored))
            {
                if (entry is DirectoryEntry)
                {
                    waiting[relative] = Changed(entry, from, path);
                }

                continue;
            }

            foreach (var above in TreePath.Parents(relative))
            {
                if (waiting.Remove(above, out var late))
                {
                    _difference.Set(TreePath.Join(_destination, above), late);
                }
            }

            _difference.Set(TreePath.Join(_destination, relative), Changed(entry, from, path));
        }
    }

    private TreeEntry Changed(TreeEntry entry, FileTree from, string path)
    {
        if (from is ContextTree context && !context.IsInside(path))
        {
            throw new StepException($"'{path}' is a symbolic link that leads out of '{context.Root}'; copy the file into the context.");
        }

        return entry with { Mode = node.Mode?.Apply(entry.Mode, entry is DirectoryEntry) ?? entry.Mode, Owner = owner ?? entry.Owner };
    }
}
