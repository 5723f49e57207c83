using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;

namespace GGUFPacker.Oci.Store;

/// <summary>A file that the store has taken in.</summary>
/// <param name="Digest">The digest of its bytes.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Layer">The layer that was asked for with it; null if none was.</param>
public sealed record StoredContent(Digest Digest, long Size, LayerRecipe? Layer = null);
