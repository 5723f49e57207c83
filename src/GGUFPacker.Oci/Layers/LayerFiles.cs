using System.Collections.Immutable;

namespace GGUFPacker.Oci.Layers;

/// <summary>
/// The file system that layers make when they are laid upon each other, as the OCI image specification says: whiteouts hide, later entries replace.
/// </summary>
public static class LayerFiles
{
    /// <summary>As many links as Linux follows before it answers ELOOP.</summary>
    private const int MaxLinks = 40;

    private const string OpaqueWhiteout = ".wh..wh..opq";

    /// <summary>The entries that are seen, by path. Hard links are the files they link to; what is neither file nor directory stands for itself.</summary>
    /// <param name="layers">The layers, the base first.</param>
    /// <exception cref="LayerException">A hard link leads to no file.</exception>
    public static ImmutableSortedDictionary<string, LayerEntry> Flatten(IEnumerable<LayerRecipe> layers) => Flatten(layers.Select(layer => layer.Entries));

    /// <summary>The entries that are seen, by path, of layers that are known by their entries.</summary>
    /// <inheritdoc cref="Flatten(IEnumerable{LayerRecipe})"/>
    public static ImmutableSortedDictionary<string, LayerEntry> Flatten(IEnumerable<ImmutableArray<LayerEntry>> layers)
    {
        var files = new SortedDictionary<string, LayerEntry>(StringComparer.Ordinal);
        foreach (var layer in layers)
        {
            // Whiteouts hide what is below this layer, wherever they stand in it.
            foreach (var entry in layer)
            {
                var name = entry.Path[(entry.Path.LastIndexOf('/') + 1)..];
                var parent = EntryPath.Parent(entry.Path);
                if (name == OpaqueWhiteout)
                {
                    RemoveBelow(files, parent);
                }
                else if (EntryPath.IsWhiteout(entry.Path))
                {
                    var hidden = name[EntryPath.Whiteout.Length..];
                    Remove(files, parent.Length == 0 ? hidden : $"{parent}/{hidden}");
                }
            }

            foreach (var entry in layer)
            {
                if (!EntryPath.IsWhiteout(entry.Path))
                {
                    Add(files, entry);
                }
            }
        }

        return files.ToImmutableSortedDictionary(StringComparer.Ordinal);
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

    private static void Add(SortedDictionary<string, LayerEntry> files, LayerEntry entry)
    {
        if (entry.Kind == LayerEntryKind.HardLink)
        {
            if (!files.TryGetValue(entry.LinkTarget ?? "", out var target) || target.Kind != LayerEntryKind.File)
            {
                throw new LayerException($"The hard link '{entry.Path}' leads to '{entry.LinkTarget}', which is no file of the image.");
            }

            entry = target with { Path = entry.Path };
        }

        if (entry.Kind != LayerEntryKind.Directory && files.TryGetValue(entry.Path, out var old) && old.Kind == LayerEntryKind.Directory)
        {
            RemoveBelow(files, entry.Path);
        }

        // A file or link in the way of a path gives way to the directory that the path needs.
        for (var parent = EntryPath.Parent(entry.Path); parent.Length > 0; parent = EntryPath.Parent(parent))
        {
            if (files.TryGetValue(parent, out var above) && above.Kind == LayerEntryKind.Directory)
            {
                break;
            }

            files[parent] = LayerEntry.Directory(parent);
        }

        files[entry.Path] = entry;
    }

    private static void Remove(SortedDictionary<string, LayerEntry> files, string path)
    {
        files.Remove(path);
        RemoveBelow(files, path);
    }

    private static void RemoveBelow(SortedDictionary<string, LayerEntry> files, string directory)
    {
        var prefix = directory.Length == 0 ? "" : directory + "/";
        foreach (var path in files.Keys.Where(p => p.StartsWith(prefix, StringComparison.Ordinal)).ToList())
        {
            files.Remove(path);
        }
    }
}
