using GGUFPacker.Oci.Content;

namespace GGUFPacker.Build.Sources.Git;

/// <summary>A file of a commit.</summary>
/// <param name="Path">Its path, with slashes.</param>
/// <param name="IsExecutable">Whether it may be run.</param>
/// <param name="Digest">The SHA-256 digest of its bytes; of a large file, of those that the pointer stands for.</param>
/// <param name="Size">The number of these bytes.</param>
/// <param name="IsLarge">Whether the repository has a git LFS pointer in its place.</param>
internal sealed record GitEntry(string Path, bool IsExecutable, Digest Digest, long Size, bool IsLarge)
{
    /// <summary>What is wrong with a symbolic link, told to whoever reads it; null for a file.</summary>
    public string? Fault { get; init; }
}
