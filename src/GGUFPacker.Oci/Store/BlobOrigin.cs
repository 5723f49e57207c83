using GGUFPacker.Oci.References;

namespace GGUFPacker.Oci.Store;

/// <summary>A repository that has a blob.</summary>
/// <param name="Registry">The registry.</param>
/// <param name="Repository">The repository's path in it.</param>
public sealed record BlobOrigin(RegistryName Registry, string Repository)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Registry}/{Repository}";
}
