using GGUFPacker.Oci.Content;

namespace GGUFPacker.Oci.Registry;

/// <summary>A manifest or index as a registry gave it, its digest verified.</summary>
/// <param name="Descriptor">Its descriptor.</param>
/// <param name="Bytes">Its bytes, which its digest is of.</param>
public sealed record FetchedManifest(Descriptor Descriptor, byte[] Bytes);
