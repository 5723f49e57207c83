using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;

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

    /// <summary>Makes a layer of entries whose contents are in the store: sorted, directories added, as reproducible as its entries. Its contents are read once for the digest.</summary>
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

    /// <summary>Reads the layer's plain tar.</summary>
    public LayerStream OpenRead(LayerRecipe recipe) => new(recipe, _contents.OpenHandle);

    internal string PathOf(Digest diffId) => StoreFiles.In(_files.Layers, diffId, ".json");

    internal void Save(LayerRecipe recipe) => _files.Write(PathOf(recipe.DiffId), LayerRecipeJson.Write(recipe));
}
