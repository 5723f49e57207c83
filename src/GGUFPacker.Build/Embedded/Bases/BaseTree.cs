using System.Collections.Immutable;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Build.Graph;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;

namespace GGUFPacker.Build.Embedded.Bases;

/// <summary>
/// The file system of a base image: that of its layers laid upon each other. Nothing is unpacked; devices and pipes are left out, nothing here could use them.
/// </summary>
internal static class BaseTree
{
    /// <summary>Whether the file system is known without asking a registry.</summary>
    public static bool IsKnown(BuildSession session, BaseImage image) => LayersOf(session, image).All(layer => layer.IsListed);

    /// <summary>Brings all layers into the store.</summary>
    public static async ValueTask<bool> FetchAsync(BuildSession session, ImageNode node, CancellationToken cancellationToken)
    {
        foreach (var layer in LayersOf(session, node.Image))
        {
            await layer.FetchAsync(new BaseTransfer(session.Reporter, node), cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>The file system.</summary>
    /// <exception cref="LayerException">A layer is no tar, or a link in it leads nowhere that is allowed.</exception>
    public static async ValueTask<StageTree> OpenAsync(BuildSession session, ImageNode node, CancellationToken cancellationToken)
    {
        var transfer = new BaseTransfer(session.Reporter, node);
        var lists = new List<ImmutableArray<LayerEntry>>();
        var byDiffId = new Dictionary<Digest, BaseLayer>();
        var config = node.Image.Config;
        foreach (var (layer, diffId) in LayersOf(session, node.Image).Zip(config.DiffIds))
        {
            lists.Add(await layer.ListAsync(transfer, cancellationToken).ConfigureAwait(false));
            byDiffId[diffId] = layer;
        }

        var entries = ImmutableSortedDictionary.CreateBuilder<string, TreeEntry>(StringComparer.Ordinal);
        foreach (var (path, entry) in LayerFiles.Flatten(lists))
        {
            if (Of(session, node, byDiffId, entry) is { } found)
            {
                entries.Add(path, found);
            }
        }

        return StageTree.Empty.With(entries.ToImmutable());
    }

    private static IEnumerable<BaseLayer> LayersOf(BuildSession session, BaseImage image) =>
        ImageManifest.Parse(session.Store.Blobs.Get(image.Manifest)).Layers.Zip(image.Config.DiffIds, session.BaseLayers.Get);

    private static TreeEntry? Of(BuildSession session, ImageNode node, Dictionary<Digest, BaseLayer> layers, LayerEntry entry)
    {
        var owner = new FileOwner(entry.UserId, entry.GroupId);
        return entry.Kind switch
        {
            LayerEntryKind.Directory => new DirectoryEntry(entry.Mode) { Owner = owner },
            LayerEntryKind.File => new FileEntry(ContentOf(session, node, layers, entry), entry.Mode) { Owner = owner },
            LayerEntryKind.SymbolicLink => new LinkEntry(entry.LinkTarget ?? "") { Owner = owner },
            _ => null,
        };
    }

    private static FileContent ContentOf(BuildSession session, ImageNode node, Dictionary<Digest, BaseLayer> layers, LayerEntry entry) => entry switch
    {
        { Size: 0 } => new TextContent(session.Store, []),
        { Place: { } place } => new BaseFile(session, node, layers[place.DiffId], entry),
        _ => new StoredContentFile(new(entry.Content, entry.Size, session.Store.Contents.PathOf(entry.Content))),
    };
}
