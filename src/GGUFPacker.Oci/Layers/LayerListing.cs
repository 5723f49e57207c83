using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using GGUFPacker.Oci.Content;

namespace GGUFPacker.Oci.Layers;

/// <summary>
/// What is in a layer, told by an annotation of its descriptor: each entry, and for files the digest and the place in the tar. The manifest's digest covers
/// it, so a builder knows a base image's files without a byte of its layers, and can fetch one file alone and verify it.
/// </summary>
public static class LayerListing
{
    /// <summary>The annotation's name.</summary>
    public const string Annotation = "gguf.layer.entries";

    /// <summary>Longer listings are left out: a manifest is read whole and often, and registries take no more than 4 MiB.</summary>
    private const int MaxLength = 32 << 10;

    /// <summary>The descriptor of a layer as a plain tar, with its listing if that is short enough.</summary>
    public static Descriptor Describe(LayerRecipe layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        var listing = layer.Entries.Length > MaxLength / 64 ? null : Encoding.UTF8.GetString(JsonMembers.Write(writer =>
        {
            writer.WriteStartArray();
            foreach (var entry in Placed(layer))
            {
                LayerRecipeJson.WriteEntry(writer, entry);
            }

            writer.WriteEndArray();
        }));
        var descriptor = layer.ToDescriptor();
        return listing is { Length: <= MaxLength } ? descriptor with { Annotations = descriptor.Annotations.SetItem(Annotation, listing) } : descriptor;
    }

    /// <summary>The entries that a descriptor lists; null if it lists none.</summary>
    /// <param name="layer">The layer's descriptor in a manifest.</param>
    /// <param name="diffId">The digest of its plain tar.</param>
    /// <exception cref="LayerException">The listing is faulty.</exception>
    public static ImmutableArray<LayerEntry>? Read(Descriptor layer, Digest diffId)
    {
        ArgumentNullException.ThrowIfNull(layer);

        // Places are places in the blob: a compressed layer has none, and is then no layer of which the listing was written.
        if (layer.Digest != diffId || !layer.Annotations.TryGetValue(Annotation, out var listing))
        {
            return null;
        }

        try
        {
            var json = JsonMembers.ParseObject(Encoding.UTF8.GetBytes($$"""{"entries":{{listing}}}"""), 2 * MaxLength, "layer listing");
            var entries = JsonMembers.List(json, "entries", entry => LayerRecipeJson.ReadEntry(entry, diffId));
            return entries.All(entry => IsSound(entry, layer.Size))
                ? entries
                : throw new LayerException($"The manifest lists entries of the layer {layer.Digest} that it cannot have.");
        }
        catch (Exception exception) when (exception is ContentException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new LayerException(
                $"The manifest lists the entries of the layer {layer.Digest} in a way that cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Compares a listing with the layer that it is of.</summary>
    /// <exception cref="LayerException">They differ.</exception>
    internal static void Verify(Descriptor layer, LayerRecipe recipe)
    {
        if (Read(layer, recipe.DiffId) is { } listed && !listed.SequenceEqual(Placed(recipe)))
        {
            throw new LayerException($"The layer {layer.Digest} has other entries than its manifest lists.");
        }
    }

    /// <summary>A recipe's entries, those of files with their places.</summary>
    public static IEnumerable<LayerEntry> Placed(LayerRecipe layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        var (segment, offset) = (0, 0L);
        foreach (var entry in layer.Entries)
        {
            if (entry.Kind != LayerEntryKind.File || entry.Size == 0)
            {
                yield return entry;
                continue;
            }

            // Not every content is a file's: a directory may, oddly, have one.
            for (; layer.Segments[segment].Content != entry.Content; segment++)
            {
                offset += layer.Segments[segment].Length;
            }

            yield return entry with { Place = new LayerPlace(layer.DiffId, offset) };
            offset += layer.Segments[segment++].Length;
        }
    }

    private static bool IsSound(LayerEntry entry, long size) => entry.Size >= 0 && EntryPath.Normalize(entry.Path) == entry.Path && entry.Path.Length > 0
        && (entry.Kind == LayerEntryKind.File && entry.Size > 0
            ? entry is { Place.Offset: > 0, Content.IsEmpty: false } && entry.Size <= size - entry.Place.Offset
            : entry.Content.IsEmpty && entry.Place is null)
        && (entry.Kind is LayerEntryKind.SymbolicLink or LayerEntryKind.HardLink) == entry.LinkTarget is not null;
}
