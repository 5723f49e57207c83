using GGUFPacker.Oci.Content;

namespace GGUFPacker.Oci.Registry;

/// <summary>An image that is in the store now.</summary>
/// <param name="ManifestDescriptor">The manifest's descriptor.</param>
/// <param name="Manifest">The manifest.</param>
/// <param name="Config">The config.</param>
public sealed record PulledImage(Descriptor ManifestDescriptor, ImageManifest Manifest, ImageConfig Config);
