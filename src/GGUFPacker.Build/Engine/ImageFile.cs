using GGUFPacker.Oci.Content;

namespace GGUFPacker.Build.Engine;

/// <summary>A file in an image.</summary>
/// <param name="Path">Its path in the image, absolute, with <c>/</c>.</param>
/// <param name="Digest">The digest of its content; not set if it stays in a registry that does not tell.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="StorePath">Where the store keeps the content; link to it, never write to it. Empty for a base image's file that stays in its registry, see
/// <see cref="BuildRequest.FetchFiles"/>.</param>
public sealed record ImageFile(string Path, Digest Digest, long Size, string StorePath);
