using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;

namespace GGUFPacker.Oci.Layouts;

/// <summary>An image in a layout.</summary>
/// <param name="Manifest">Its manifest or index.</param>
/// <param name="Reference">Its name; null for none.</param>
public sealed record LayoutImage(Descriptor Manifest, ImageReference? Reference);
