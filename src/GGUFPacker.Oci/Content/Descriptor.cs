using System.Collections.Immutable;
using System.Text.Json;

namespace GGUFPacker.Oci.Content;

/// <summary>A content descriptor of the OCI image specification.</summary>
/// <param name="MediaType">The content's media type.</param>
/// <param name="Digest">The content's digest.</param>
/// <param name="Size">The content's size in bytes.</param>
public sealed record Descriptor(string MediaType, Digest Digest, long Size)
{
    /// <summary>The annotations; empty if there are none.</summary>
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The platform of the image that an index entry points to; null if it names none.</summary>
    public Platform? Platform { get; init; }

    /// <summary>The type of the artifact it points to; null if there is none.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>Members that this version does not know; they are written as they were read.</summary>
    public ImmutableArray<KeyValuePair<string, JsonElement>> OtherMembers { get; init; } = [];
}
