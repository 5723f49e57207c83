using GGUFPacker.Oci.Content;

namespace GGUFPacker.Oci.Registry;

/// <summary>An event of a blob's transfer.</summary>
/// <param name="Blob">The blob.</param>
/// <param name="Status">Where its transfer stands.</param>
/// <param name="Done">The bytes that are there; fewer than before if an upload had to begin again.</param>
public sealed record TransferProgress(Descriptor Blob, TransferStatus Status, long Done);
