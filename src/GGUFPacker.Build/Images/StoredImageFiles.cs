using System.Collections.Immutable;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Images;

/// <summary>The files of an image whose layers the store has. The layers are looked at when a file is asked for.</summary>
public sealed class StoredImageFiles
{
    private readonly ContentStore _store;
    private readonly Lazy<ImmutableSortedDictionary<string, LayerEntry>> _files;

    /// <summary>Names the image.</summary>
    public StoredImageFiles(ContentStore store, ImageConfig image)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(image);
        _store = store;
        _files = new(() => LayerFiles.Flatten(image.DiffIds.Select(layer => store.Layers.Find(layer) ?? throw new StoreException($"The store does not have the layer {layer}; pull or build the image again."))));
    }

    /// <summary>Opens a file; null if the image has none at that path.</summary>
    /// <exception cref="StoreException">The store does not have a layer.</exception>
    public Task<Stream?> OpenAsync(string path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<Stream?>(LayerFiles.Resolve(_files.Value, path) is { Kind: LayerEntryKind.File, Content.IsEmpty: false } file ? File.OpenRead(_store.Contents.PathOf(file.Content)) : null);
    }
}
