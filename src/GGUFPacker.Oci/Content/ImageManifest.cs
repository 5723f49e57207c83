using System.Collections.Immutable;
using System.Text.Json;

namespace GGUFPacker.Oci.Content;

/// <summary>An image manifest of the OCI image specification (or Docker's version 2 schema 2, which has the same members).</summary>
public sealed record ImageManifest
{
    /// <summary>Its own media type.</summary>
    public string MediaType { get; init; } = MediaTypes.ImageManifest;

    /// <summary>The artifact's type; images have none.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>The config.</summary>
    public required Descriptor Config { get; init; }

    /// <summary>The layers, the base first.</summary>
    public required ImmutableArray<Descriptor> Layers { get; init; }

    /// <summary>The manifest that this one is about; null for none.</summary>
    public Descriptor? Subject { get; init; }

    /// <summary>The annotations; empty if there are none.</summary>
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Members that this version does not know; they are written as they were read.</summary>
    public ImmutableArray<KeyValuePair<string, JsonElement>> OtherMembers { get; init; } = [];

    /// <summary>Parses a manifest.</summary>
    /// <exception cref="ContentException">It is none.</exception>
    public static ImageManifest Parse(ReadOnlyMemory<byte> json) => ManifestJson.ParseManifest(json);

    /// <summary>The manifest as JSON; equal manifests give equal bytes.</summary>
    public byte[] ToBytes() => ManifestJson.Write(this);
}
