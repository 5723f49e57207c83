using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using ZstdSharp;

namespace GGUFPacker.Oci.Store;

/// <summary>The layers, by the digest of their plain tar: recipes that say of which contents the tar is put together.</summary>
public sealed class LayerArea
{
    private const int MaxRecipeSize = 256 << 20;

    private readonly StoreFiles _files;
    private readonly ContentArea _contents;

    internal LayerArea(StoreFiles files, ContentArea contents) => (_files, _contents) = (files, contents);

    /// <summary>The layer; null if the store does not have it, or not all of its contents.</summary>
    public LayerRecipe? Find(Digest diffId) =>
        StoreFiles.ReadIfThere(PathOf(diffId), MaxRecipeSize) is { } bytes
        && LayerRecipeJson.Parse(bytes) is var recipe
        && recipe.Segments.All(s => !s.IsContent || _contents.Contains(s.Content, s.Length)) ? recipe : null;

    /// <summary>The layer.</summary>
    /// <exception cref="StoreException">The store does not have it.</exception>
    public LayerRecipe Get(Digest diffId) => Find(diffId) ?? throw new StoreException($"The store does not have the layer {diffId}.");

    /// <summary>
    /// Makes a layer of entries whose contents are in the store: sorted, directories added, as reproducible as its entries. Its contents are read once for the
    /// digest.
    /// </summary>
    /// <exception cref="LayerException">The entries do not make a layer.</exception>
    /// <exception cref="StoreException">A content is not in the store.</exception>
    public LayerRecipe Create(IEnumerable<LayerEntry> entries)
    {
        var layout = LayerLayout.Of(entries);
        using var lane = new HashLane();
        foreach (var part in layout.Parts)
        {
            if (!part.IsContent)
            {
                lane.AppendNow(part.Inline.Span);
                continue;
            }

            var entry = layout.Entries[part.Entry];
            if (entry.Content.IsEmpty || !_contents.Contains(entry.Content, entry.Size))
            {
                throw new StoreException($"The store does not have the content of '{entry.Path}' with {entry.Size} bytes.");
            }

            _contents.AppendTo(entry.Content, lane);
        }

        var recipe = layout.ToRecipe(Digest.FromHash(lane.Finish()));
        Save(recipe);
        return recipe;
    }

    /// <summary>Takes in a layer's tar: its files become contents, and the layer can be read again byte for byte.</summary>
    /// <param name="source">The tar, compressed or not; read to its end.</param>
    /// <param name="compression">How it is compressed.</param>
    /// <param name="size">The size of <paramref name="source"/>.</param>
    /// <param name="diffId">The digest that the plain tar must have; not set if it is not known.</param>
    /// <param name="cancellationToken">Stops; the layer is not there then.</param>
    /// <exception cref="LayerException">It is no tar, holds what a layer may not hold, or has another digest.</exception>
    public Task<LayerRecipe> ImportAsync(Stream source, LayerCompression compression, long size, Digest diffId, CancellationToken cancellationToken) =>
        ImportAsync(source, compression, size, diffId, null, cancellationToken);

    internal async Task<LayerRecipe> ImportAsync(
        Stream source, LayerCompression compression, long size, Digest diffId, PartialLayer? partial, CancellationToken cancellationToken)
    {
        var tar = LayerDecompression.Open(source, compression, LayerDecompression.LimitFor(size));
        using var import = new LayerImport(_contents, tar, compression == LayerCompression.None ? size : null, partial);
        LayerRecipe recipe;
        try
        {
            recipe = await import.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or ZstdException)
        {
            throw new LayerException($"The layer is no {compression} data: {exception.Message}", exception);
        }

        if (!diffId.IsEmpty && recipe.DiffId != diffId)
        {
            throw new LayerException($"The layer's tar has the digest {recipe.DiffId}, not {diffId}.");
        }

        Save(recipe);
        return recipe;
    }

    /// <summary>Reads the layer's plain tar.</summary>
    public LayerStream OpenRead(LayerRecipe recipe) => new(recipe, _contents.OpenHandle);

    /// <summary>What has come of a plain layer so far; null if another process is about it.</summary>
    internal PartialLayer? OpenPartial(Digest diffId) => PartialLayer.TryOpen(_files, diffId, s => _contents.Contains(s.Content, s.Length));

    /// <summary>Reads what has come of a layer so far, and then the rest.</summary>
    internal Stream OpenJoined(PartialLayer partial, Stream rest) => new JoinedStream(partial.Open(_contents.OpenHandle).Append(rest));

    internal string PathOf(Digest diffId) => StoreFiles.In(_files.Layers, diffId, ".json");

    internal void Save(LayerRecipe recipe) => _files.Write(PathOf(recipe.DiffId), LayerRecipeJson.Write(recipe));
}
