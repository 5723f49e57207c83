using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;

namespace GGUFPacker.Build.Graph;

/// <summary>Finds an image that a GGUFPackerfile names.</summary>
/// <param name="reference">The name.</param>
/// <param name="platform">The platform that is wanted.</param>
/// <returns>The image; null if it is not to be had.</returns>
public delegate BaseImage? ImageResolver(ImageReference reference, Platform platform);
