using System.Collections.Immutable;
using GGUFPacker.Build.Graph;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Embedded.Files;

/// <summary>
/// The file system of an image of the store. Files are those of its layers, by digest; nothing is unpacked. A symbolic link to a file is that file; links to
/// directories or to nothing, and devices, are left out: nothing here could use them.
/// </summary>
internal static class ImageTree
{
    private const int MaxLinks = 40;

    public static StageTree Open(ContentStore store, BaseImage image)
    {
        var files = new ImageContent(store, image.Manifest).Files();
        var entries = ImmutableSortedDictionary.CreateBuilder<string, TreeEntry>(StringComparer.Ordinal);
        foreach (var (path, entry) in files)
        {
            if (Follow(files, entry) is { } real)
            {
                entries.Add(path, Of(store, real));
            }
        }

        return StageTree.Empty.With(entries.ToImmutable());
    }

    private static TreeEntry Of(ContentStore store, LayerEntry entry)
    {
        var owner = new FileOwner(entry.UserId, entry.GroupId);
        if (entry.Kind == LayerEntryKind.Directory)
        {
            return new DirectoryEntry(entry.Mode) { Owner = owner };
        }

        FileContent content = entry.Size == 0 ? new TextContent(store, []) : new StoredContentFile(new(entry.Content, entry.Size, store.Contents.PathOf(entry.Content)));
        return new FileEntry(content, entry.Mode) { Owner = owner };
    }

    private static LayerEntry? Follow(ImmutableSortedDictionary<string, LayerEntry> files, LayerEntry entry)
    {
        for (var hops = 0; entry.Kind == LayerEntryKind.SymbolicLink; hops++)
        {
            var target = entry.LinkTarget ?? "";
            var path = TreePath.Normalize(target.StartsWith('/') ? target : TreePath.Parent(entry.Path) + "/" + target);
            if (hops == MaxLinks || files.GetValueOrDefault(path) is not { Kind: LayerEntryKind.File or LayerEntryKind.SymbolicLink } next)
            {
                return null;
            }

            entry = next;
        }

        return entry.Kind is LayerEntryKind.File or LayerEntryKind.Directory ? entry : null;
    }
}
