using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;

namespace GGUFPacker.Build.Graph;

/// <summary>An image that FROM or --from names.</summary>
/// <param name="Reference">Its name.</param>
/// <param name="Manifest">Its manifest's digest.</param>
/// <param name="Config">Its config.</param>
public sealed record BaseImage(ImageReference Reference, Digest Manifest, ImageConfig Config);
