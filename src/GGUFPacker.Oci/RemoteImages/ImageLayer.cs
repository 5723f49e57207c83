using System.Collections.Immutable;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;

namespace GGUFPacker.Oci.RemoteImages;

/// <summary>A layer that the store has, or else one that stays in its registry.</summary>
/// <param name="DiffId">The digest of its plain tar.</param>
/// <param name="Stored">What the store knows of it; null if it does not have it.</param>
/// <param name="Remote">Where else it is; null if nobody else has to be asked.</param>
internal sealed record ImageLayer(Digest DiffId, LayerRecipe? Stored, RemoteLayer? Remote)
{
    /// <summary>The entries; null if nearly all of the layer would have to come for them.</summary>
    public async ValueTask<ImmutableArray<LayerEntry>?> TryIndexAsync(CancellationToken cancellationToken) =>
        Stored is not null ? Stored.Entries : await Remote!.TryIndexAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>The entries up to the first that is a file of this path (no file has an empty one), or all.</summary>
    public async ValueTask<ImmutableArray<LayerEntry>> FindAsync(string path, CancellationToken cancellationToken) =>
        Stored is not null ? Stored.Entries : await Remote!.FindAsync(path, cancellationToken).ConfigureAwait(false);
}
