using GGUFPacker.Oci.Content;

namespace GGUFPacker.Oci.Layers;

/// <summary>A place in a layer's plain tar.</summary>
/// <param name="DiffId">The layer.</param>
/// <param name="Offset">The number of bytes before it.</param>
public sealed record LayerPlace(Digest DiffId, long Offset);
