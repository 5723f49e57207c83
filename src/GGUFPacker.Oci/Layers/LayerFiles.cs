using System.Collections.Immutable;

namespace GGUFPacker.Oci.Layers;

/// <summary>
/// The file system that layers make when they are laid upon each other, as the OCI image specification says: whiteouts hide, later entries replace.
/// </summary>
public static class LayerFiles
{
    private const string Whiteout = ".wh.";
    private const string OpaqueWhiteout = ".wh..wh..opq";

    /// <summary>The entries that are seen, by path. Hard links are the files they link to; what is neither file nor directory stands for itself.</summary>
    /// <param name="layers">The layers, the base first.</param>
    /// <exception cref="LayerException">A hard link leads to no file.</exception>
    public static ImmutableSortedDictionary<string, LayerEntry> Flatten(IEnumerable<LayerRecipe> layers)
    {
        var files = new SortedDictionary<string, LayerEntry>(StringComparer.Ordinal);
        foreach (var layer in layers)
        {
            // Whiteouts hide what is below this layer, wherever they stand in it.
            foreach (var entry in layer.Entries)
            {
                var name = entry.Path[(entry.Path.LastIndexOf('/') + 1)..];
                var parent = EntryPath.Parent(entry.Path);
                if (name == OpaqueWhiteout)
                {
                    RemoveBelow(files, parent);
                }
                else if (name.StartsWith(Whiteout, StringComparison.Ordinal))
                {
                    Remove(files, parent.Length == 0 ? name[4..] : $"{parent}/{name[4..]}");
                }
            }

            foreach (var entry in layer.Entries)
            {
                if (!entry.Path[(entry.Path.LastIndexOf('/') + 1)..].StartsWith(Whiteout, StringComparison.Ordinal))
                {
                    Add(files, entry);
                }
            }
        }

        return files.ToImmutableSortedDictionary(StringComparer.Ordinal);
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
