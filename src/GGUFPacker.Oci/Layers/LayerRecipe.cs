using System.Collections.Immutable;
using GGUFPacker.Oci.Content;

namespace GGUFPacker.Oci.Layers;

/// <summary>
/// How a layer's plain tar is put together from contents of the store. The tar itself is never stored, so that a model's bytes lie on disk once;
/// <see cref="LayerStream"/> reads it as if it were there.
/// </summary>
/// <param name="DiffId">The digest of the tar, which image configs list.</param>
/// <param name="Size">The tar's size in bytes.</param>
/// <param name="Segments">The stretches of the tar in their order; together <paramref name="Size"/> bytes.</param>
/// <param name="Entries">The entries of the tar in their order.</param>
public sealed record LayerRecipe(Digest DiffId, long Size, ImmutableArray<LayerSegment> Segments, ImmutableArray<LayerEntry> Entries)
{
    /// <summary>The descriptor of the layer as a plain tar, which is what a registry gets.</summary>
    public Descriptor ToDescriptor() => new(MediaTypes.LayerTar, DiffId, Size);
}
