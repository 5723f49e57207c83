using System.Collections.Immutable;

namespace GGUFPacker.Oci.Layers;

/// <summary>
/// The file system that layers make when they are laid upon each other, as the OCI image specification says: whiteouts hide, later entries replace.
/// </summary>
public static class LayerFiles
{
    /// <summary>As many links as Linux follows before it answers ELOOP.</summary>
    private const int MaxLinks = 40;

    /// <summary>What follows the prefix in the whiteout of all that a directory holds.</summary>
    private const string Opaque = ".wh..opq";

    /// <summary>The entries that are seen, by path. Hard links are the files they link to; what is neither file nor directory stands for itself.</summary>
    /// <param name="layers">The layers, the base first.</param>
    /// <exception cref="LayerException">A hard link leads to no file.</exception>
    public static ImmutableSortedDictionary<string, LayerEntry> Flatten(IEnumerable<LayerRecipe> layers) => Flatten(layers.Select(layer => layer.Entries));

    /// <summary>The entries that are seen, by path, of layers that are known by their entries.</summary>
    /// <inheritdoc cref="Flatten(IEnumerable{LayerRecipe})"/>
    public static ImmutableSortedDictionary<string, LayerEntry> Flatten(IEnumerable<ImmutableArray<LayerEntry>> layers)
    {
        var files = new LayeredEntries();
        foreach (var layer in layers)
        {
            // Whiteouts hide what is below this layer, wherever they stand in it.
            foreach (var entry in layer.Where(entry => EntryPath.IsWhiteout(entry.Path)))
            {
                var parent = EntryPath.Parent(entry.Path);
                var hidden = entry.Path[(entry.Path.LastIndexOf('/') + 1 + EntryPath.Whiteout.Length)..];
                if (hidden == Opaque)
                {
                    files.RemoveBelow(parent);
                }
                else if (hidden.Length > 0)
                {
                    files.Remove(parent.Length == 0 ? hidden : $"{parent}/{hidden}");
                }
            }

            foreach (var entry in layer.Where(entry => !EntryPath.IsWhiteout(entry.Path)))
            {
                Add(files, entry);
            }
        }

        return files.ToSorted();
    }

    /// <summary>What is at a path once the symbolic links on the way and at its end are followed, as a system call would within the image's root.</summary>
    /// <param name="files">The entries of <see cref="Flatten(IEnumerable{LayerRecipe})"/>.</param>
    /// <param name="path">The path; a leading <c>/</c> is the image's root, and <c>..</c> stays below it.</param>
    /// <returns>The entry under its own path; null if there is none, and for the root.</returns>
    /// <exception cref="LayerException">The links go in circles.</exception>
    public static LayerEntry? Resolve(IReadOnlyDictionary<string, LayerEntry> files, string path)
    {
        var left = new Stack<string>(path.Split('/').Reverse());
        var (at, found, links) = ("", (LayerEntry?)null, 0);
        while (left.TryPop(out var part))
        {
            if (part is "" or ".")
            {
                continue;
            }

            if (part == "..")
            {
                at = EntryPath.Parent(at);
                found = files.GetValueOrDefault(at);
                continue;
            }

            var next = at.Length == 0 ? part : $"{at}/{part}";
            if (!files.TryGetValue(next, out found))
            {
                return null;
            }

            if (found.Kind != LayerEntryKind.SymbolicLink)
            {
                at = next;
                continue;
            }

            var target = found.LinkTarget ?? "";
            if (++links > MaxLinks || target.Length > EntryPath.MaxLength)
            {
                throw new LayerException($"'{path}' leads through more than {MaxLinks} symbolic links, or in circles.");
            }

            at = target.StartsWith('/') ? "" : at;
            found = files.GetValueOrDefault(at);
            foreach (var name in target.Split('/').Reverse())
            {
                left.Push(name);
            }
        }

        return found;
    }

    private static void Add(LayeredEntries files, LayerEntry entry)
    {
        if (entry.Kind == LayerEntryKind.HardLink)
        {
            // One to a symbolic link is that link under another name.
            if (files.Find(entry.LinkTarget ?? "") is not { Kind: not LayerEntryKind.Directory } target)
            {
                throw new LayerException($"The hard link '{entry.Path}' leads to '{entry.LinkTarget}', which is no file of the image.");
            }

            entry = target with { Path = entry.Path };
        }

        if (entry.Kind != LayerEntryKind.Directory && files.Find(entry.Path) is { Kind: LayerEntryKind.Directory })
        {
            files.RemoveBelow(entry.Path);
        }

        // A file or link in the way of a path gives way to the directory that the path needs.
        for (var parent = EntryPath.Parent(entry.Path); parent.Length > 0 && files.Find(parent) is not { Kind: LayerEntryKind.Directory }; parent = EntryPath.Parent(parent))
        {
            files.Set(LayerEntry.Directory(parent));
        }

        files.Set(entry);
    }

    /// <summary>
    /// Entries by path, of which all below a directory are found without looking at the others: there may be a million, and as many whiteouts.
    /// </summary>
    private sealed class LayeredEntries
    {
        private readonly Dictionary<string, LayerEntry> _entries = new(StringComparer.Ordinal);
        private readonly SortedSet<string> _paths = new(StringComparer.Ordinal);

        public LayerEntry? Find(string path) => _entries.GetValueOrDefault(path);

        public void Set(LayerEntry entry)
        {
            _entries[entry.Path] = entry;
            _paths.Add(entry.Path);
        }

        public void Remove(string path)
        {
            RemoveOne(path);
            RemoveBelow(path);
        }

        public void RemoveBelow(string directory)
        {
            // '0' follows '/': what lies between are the paths below.
            var below = directory.Length == 0 ? _paths : _paths.GetViewBetween(directory + "/", directory + "0");
            foreach (var path in below.ToList())
            {
                RemoveOne(path);
            }
        }

        public ImmutableSortedDictionary<string, LayerEntry> ToSorted() => _entries.ToImmutableSortedDictionary(StringComparer.Ordinal);

        private void RemoveOne(string path)
        {
            if (_entries.Remove(path))
            {
                _paths.Remove(path);
            }
        }
    }
}
