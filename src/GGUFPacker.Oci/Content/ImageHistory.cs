using System.Collections.Immutable;
using System.Text.Json;

namespace GGUFPacker.Oci.Content;

/// <summary>One step in an image's history.</summary>
public sealed record ImageHistory
{
    /// <summary>When, RFC 3339 as written; null if unknown.</summary>
    public string? Created { get; init; }

    /// <summary>The instruction.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>Who.</summary>
    public string? Author { get; init; }

    /// <summary>A remark.</summary>
    public string? Comment { get; init; }

    /// <summary>Whether the step made no layer.</summary>
    public bool EmptyLayer { get; init; }

    /// <summary>Members that this version does not know; they are written as they were read.</summary>
    public ImmutableArray<KeyValuePair<string, JsonElement>> OtherMembers { get; init; } = [];
}
