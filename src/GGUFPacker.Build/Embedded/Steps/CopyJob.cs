using System.Collections.Immutable;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Build.Graph;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Packerfile.Ignoring;

namespace GGUFPacker.Build.Embedded.Steps;

/// <summary>One ADD or COPY while it is done: what is left out, and what mode and owner the copies get.</summary>
internal sealed class CopyJob(BuildSession session, CopyNode node, StageTree onto, FileOwner? owner)
{
    private readonly IgnorePatterns _excluded = new(node.Exclude);
    private readonly DifferenceBuilder _difference = new(onto, owner ?? default);
    private readonly string _destination = onto.Resolve(TreePath.Normalize(node.Destination));

    /// <summary>Copies.</summary>
    public ImmutableSortedDictionary<string, TreeEntry> Run(IReadOnlyList<CopyMatch> matches)
    {
        var isDirectory = TreePath.IsDirectoryForm(node.Destination) || _difference.IsDirectory(_destination)
            || matches.Count(match => match.From.Find(match.Path) is FileEntry) + node.Files.Length > 1
            || matches.Any(match => match.Archive is not null || match.From.Find(match.Path) is DirectoryEntry);
        foreach (var match in matches)
        {
            var (from, path, below) = match;
            if (match.Archive is { } archive)
            {
                Unpack(archive, TreePath.Name(path));
            }
            else if (from.Find(path) is FileEntry file)
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

    // As BuildKit does it: the owner is set, what is left out and the mode are the archive's own affair.
    private void Unpack(LayerRecipe archive, string name)
    {
        if (node.Mode is not null || !node.Exclude.IsEmpty)
        {
            session.Note(node, $"'{name}' is unpacked: --chmod and --exclude do not reach into an archive.");
        }

        _difference.EnsureDirectory(_destination);
        foreach (var (path, entry) in UnpackStep.Entries(session, node, archive, name, _destination, onto))
        {
            _difference.Set(path, entry with { Owner = owner ?? entry.Owner });
        }
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
        CopyStep.RefuseOutside(from, path);
        return entry with { Mode = node.Mode?.Apply(entry.Mode, entry is DirectoryEntry) ?? entry.Mode, Owner = owner ?? entry.Owner };
    }
}
