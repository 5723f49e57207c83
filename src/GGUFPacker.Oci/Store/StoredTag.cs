using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;

namespace GGUFPacker.Oci.Store;

/// <summary>A name that the store knows an image by.</summary>
/// <param name="Reference">The name.</param>
/// <param name="Manifest">The manifest or index that it stands for.</param>
/// <param name="Updated">When it was last set.</param>
public sealed record StoredTag(ImageReference Reference, Descriptor Manifest, DateTimeOffset Updated);
