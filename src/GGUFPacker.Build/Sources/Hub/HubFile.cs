using GGUFPacker.Oci.Content;

namespace GGUFPacker.Build.Sources.Hub;

/// <summary>A file of a repository at one commit.</summary>
/// <param name="Path">Its path, with slashes.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="GitObject">The SHA-1 of its git blob; of a large file, the blob is a pointer.</param>
/// <param name="Digest">The SHA-256 digest of a large file (git LFS); null for a small one.</param>
internal sealed record HubFile(string Path, long Size, string GitObject, Digest? Digest);
