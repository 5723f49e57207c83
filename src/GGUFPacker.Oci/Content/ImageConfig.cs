using System.Collections.Immutable;
using System.Text.Json;

namespace GGUFPacker.Oci.Content;

/// <summary>
/// An image config of the OCI image specification. Its <c>config</c> member is whatever the builder puts there: a model's facts, or a container's defaults.
/// </summary>
public sealed record ImageConfig
{
    /// <summary>When the image was made, RFC 3339 as written; null if unknown. <see cref="Rfc3339.Format"/> makes one.</summary>
    public string? Created { get; init; }

    /// <summary>Who made it; null if unknown.</summary>
    public string? Author { get; init; }

    /// <summary>What the image is for.</summary>
    public Platform Platform { get; init; } = new("linux", "amd64");

    /// <summary>The member <c>config</c> as JSON; null if there is none.</summary>
    public JsonElement? Config { get; init; }

    /// <summary>The digests of the layers' plain tars, the base first.</summary>
    public ImmutableArray<Digest> DiffIds { get; init; } = [];

    /// <summary>How the layers came to be.</summary>
    public ImmutableArray<ImageHistory> History { get; init; } = [];

    /// <summary>Members that this version does not know; they are written as they were read.</summary>
    public ImmutableArray<KeyValuePair<string, JsonElement>> OtherMembers { get; init; } = [];

    /// <summary>Parses a config.</summary>
    /// <exception cref="ContentException">It is none.</exception>
    public static ImageConfig Parse(ReadOnlyMemory<byte> json) => ConfigJson.Parse(json);

    /// <summary>The config as JSON, members in the order of their names; equal configs give equal bytes.</summary>
    public byte[] ToBytes() => ConfigJson.Write(this);
}
