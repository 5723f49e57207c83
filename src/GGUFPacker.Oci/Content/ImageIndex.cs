using System.Collections.Immutable;
using System.Text.Json;

namespace GGUFPacker.Oci.Content;

/// <summary>An image index of the OCI image specification (or Docker's manifest list).</summary>
public sealed record ImageIndex
{
    /// <summary>Its own media type.</summary>
    public string MediaType { get; init; } = MediaTypes.ImageIndex;

    /// <summary>The artifact's type; null for none.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>The manifests, each usually with its platform.</summary>
    public required ImmutableArray<Descriptor> Manifests { get; init; }

    /// <summary>The manifest that this index is about; null for none.</summary>
    public Descriptor? Subject { get; init; }

    /// <summary>The annotations; empty if there are none.</summary>
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Members that this version does not know; they are written as they were read.</summary>
    public ImmutableArray<KeyValuePair<string, JsonElement>> OtherMembers { get; init; } = [];

    /// <summary>Whether JSON is an index rather than an image's manifest.</summary>
    /// <exception cref="ContentException">It is neither.</exception>
    public static bool IsIndex(ReadOnlyMemory<byte> json) => MediaTypes.IsIndex(ManifestJson.DetectMediaType(json));

    /// <summary>Parses an index.</summary>
    /// <exception cref="ContentException">It is none.</exception>
    public static ImageIndex Parse(ReadOnlyMemory<byte> json) => ManifestJson.ParseIndex(json);

    /// <summary>The index as JSON; equal indexes give equal bytes.</summary>
    public byte[] ToBytes() => ManifestJson.Write(this);

    /// <summary>
    /// The image for a platform: an exact match, else one that runs there, else (a model does not depend on the machine) the only image or the first.
    /// Entries for platform <c>unknown/unknown</c>, BuildKit's attestations, are no images.
    /// </summary>
    /// <exception cref="ContentException">The index holds no image.</exception>
    public Descriptor Select(Platform platform)
    {
        var images = Manifests.Where(m => m.Platform is not { Os: "unknown" }
            && (MediaTypes.IsManifest(m.MediaType) || MediaTypes.IsIndex(m.MediaType))).ToList();
        return images.Find(m => m.Platform?.Normalize() == platform.Normalize())
            ?? images.Find(m => m.Platform is { } p && platform.Runs(p))
            ?? images.FirstOrDefault()
            ?? throw new ContentException($"The image index has no image for {platform}: it lists {Manifests.Length} manifests, none of an image.");
    }
}
