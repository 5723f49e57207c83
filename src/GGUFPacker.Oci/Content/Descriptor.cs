using System.Collections.Immutable;

namespace GGUFPacker.Oci.Content;

/// <summary>A content descriptor of the OCI image specification.</summary>
/// <param name="MediaType">The content's media type.</param>
/// <param name="Digest">The content's digest.</param>
/// <param name="Size">The content's size in bytes.</param>
public sealed record Descriptor(string MediaType, Digest Digest, long Size)
{
    /// <summary>The annotations; empty if there are none.</summary>
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}
