using GGUFPacker.Oci.Content;

namespace GGUFPacker.Build.Embedded.Files;

/// <summary>A content of the store.</summary>
/// <param name="Digest">Its digest.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Path">Where the store keeps it.</param>
/// <param name="Origin">Whether this build has brought it there.</param>
internal sealed record StoredFile(Digest Digest, long Size, string Path, ContentOrigin Origin = ContentOrigin.Reused);
