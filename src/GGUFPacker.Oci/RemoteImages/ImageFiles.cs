using System.Collections.Immutable;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Oci.RemoteImages;

/// <summary>
/// The files of an image, wherever its layers are. Of a layer in a registry the ranges that are wanted alone are asked for, where layer and registry allow it;
/// they are not kept, and cannot be verified against the layer's digest.
/// </summary>
public sealed class ImageFiles
{
    private readonly ImmutableArray<ImageLayer> _layers;
    private readonly ContentStore? _store;
    private ImmutableSortedDictionary<string, LayerEntry>? _files;

    internal ImageFiles(IEnumerable<RemoteLayer> layers) => _layers = [.. layers.Select(layer => new ImageLayer(layer.DiffId, null, layer))];

    private ImageFiles(ContentStore store, IEnumerable<ImageLayer> layers) => (_store, _layers) = (store, [.. layers]);

    /// <summary>The files of an image of the store, which need not have all of its layers.</summary>
    /// <param name="store">The store.</param>
    /// <param name="client">Reaches the registries that have the others; it has to outlive this.</param>
    /// <param name="manifest">The manifest's digest.</param>
    /// <exception cref="StoreException">The store lacks a layer and does not know where it is.</exception>
    /// <exception cref="ContentException">It is no image.</exception>
    public static ImageFiles OfStore(ContentStore store, RegistryClient client, Digest manifest)
    {
        ArgumentNullException.ThrowIfNull(store);
        var image = new StoredImage(store, manifest);
        return new ImageFiles(store, image.Blobs.Skip(1).Zip(image.Config.DiffIds, (blob, diffId) => store.Layers.Find(diffId) is { } stored
            ? new ImageLayer(diffId, stored, null)
            : blob.Origins is [var origin, ..]
                ? new ImageLayer(diffId, null, new RemoteLayer(client, origin, blob.Descriptor, diffId))
                : throw new StoreException($"The store does not have the layer {diffId}; pull or build the image again.")));
    }

    /// <summary>
    /// The files that are seen when the layers lie upon each other, by path; null if that would cost nearly all of a layer: it is compressed or of very many
    /// files, or the registry gives no ranges.
    /// </summary>
    /// <exception cref="RegistryException">A registry does not give a layer.</exception>
    /// <exception cref="LayerException">A layer is no tar, or a hard link leads to no file.</exception>
    public async Task<IReadOnlyDictionary<string, LayerEntry>?> TryListAsync(CancellationToken cancellationToken)
    {
        if (_files is null)
        {
            var lists = new List<ImmutableArray<LayerEntry>>();
            foreach (var layer in _layers)
            {
                if (await layer.TryIndexAsync(cancellationToken).ConfigureAwait(false) is not { } entries)
                {
                    return null;
                }

                lists.Add(entries);
            }

            _files = LayerFiles.Flatten(lists);
        }

        return _files;
    }

    /// <summary>
    /// Opens a file of the image, links followed. A layer that is a plain tar costs a request for each stretch that is read and a few for its headers; of a
    /// compressed one, or where the registry gives no ranges, all that comes before is read too.
    /// </summary>
    /// <param name="path">The file's path in the image.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The file, for one thread at a time; it can seek, and reads ahead. Null if the image has no such file.</returns>
    /// <exception cref="RegistryException">The registry does not give it.</exception>
    /// <exception cref="StoreException">The store does not have it as it was.</exception>
    /// <exception cref="LayerException">A layer is no tar, or links go in circles.</exception>
    public async Task<Stream?> OpenAsync(string path, CancellationToken cancellationToken)
    {
        path = EntryPath.Normalize(path);
        var entry = _files is not null ? LayerFiles.Resolve(_files, path) : await FindAsync(path, cancellationToken).ConfigureAwait(false);
        return entry switch
        {
            not { Kind: LayerEntryKind.File } => null,
            { Place: { } place } => _layers.First(layer => layer.DiffId == place.DiffId).Remote!.Open(entry),
            { Content.IsEmpty: false } => _store!.Contents.OpenRead(entry.Content),
            _ => new MemoryStream([], writable: false),
        };
    }

    // From the top down: most often the first layer that has the path decides, and the rest need not be looked at.
    private async Task<LayerEntry?> FindAsync(string path, CancellationToken cancellationToken)
    {
        var above = new List<ImmutableArray<LayerEntry>>();
        foreach (var layer in _layers.Reverse())
        {
            var isOpen = !above.Any(upper => upper.Any(entry => Decides(entry, path)));
            var entries = await layer.FindAsync(isOpen ? path : "", cancellationToken).ConfigureAwait(false);
            if (isOpen && entries.LastOrDefault(entry => entry.Path == path) is { Kind: LayerEntryKind.File } found)
            {
                return found;
            }

            above.Add(entries);
        }

        above.Reverse();
        return LayerFiles.Resolve(LayerFiles.Flatten(above), path);
    }

    // Whether an entry of a layer above may be, hide or replace what is at a path.
    private static bool Decides(LayerEntry entry, string path) => EntryPath.IsWhiteout(entry.Path)
        ? EntryPath.Parent(entry.Path) is var directory && (directory.Length == 0 || path.StartsWith(directory + "/", StringComparison.Ordinal))
        : entry.Path == path || (entry.Kind != LayerEntryKind.Directory && path.StartsWith(entry.Path + "/", StringComparison.Ordinal));
}
