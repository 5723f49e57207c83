using System.Text.Json;

namespace GGUFPacker.Oci.Content;

/// <summary>Descriptors and platforms as JSON.</summary>
internal static class DescriptorJson
{
    public static Descriptor Read(JsonElement json)
    {
        JsonMembers.RequireObject(json, "descriptor");
        var digestText = JsonMembers.Text(json, "digest") ?? throw JsonMembers.Wrong("digest", "there");
        if (!Digest.TryParse(digestText, out var digest))
        {
            throw new ContentException($"The digest '{digestText}' is no sha256 digest; others are not supported.");
        }

        if (!json.TryGetProperty("size", out var sizeMember) || sizeMember.ValueKind != JsonValueKind.Number || !sizeMember.TryGetInt64(out var size)
            || size < 0)
        {
            throw JsonMembers.Wrong("size", "a size in bytes");
        }

        return new Descriptor(JsonMembers.Text(json, "mediaType") ?? "", digest, size)
        {
            Annotations = JsonMembers.Annotations(json),
            Platform = JsonMembers.Object(json, "platform", ReadPlatform),
            ArtifactType = JsonMembers.Text(json, "artifactType"),
            OtherMembers = JsonMembers.Others(json, "mediaType", "digest", "size", "annotations", "platform", "artifactType"),
        };
    }

    public static void Write(Utf8JsonWriter writer, Descriptor descriptor)
    {
        writer.WriteStartObject();
        writer.WriteString("mediaType", descriptor.MediaType);
        writer.WriteString("digest", descriptor.Digest.ToString());
        writer.WriteNumber("size", descriptor.Size);
        writer.WriteText("artifactType", descriptor.ArtifactType);
        writer.WriteAnnotations(descriptor.Annotations);
        if (descriptor.Platform is { } platform)
        {
            writer.WriteStartObject("platform");
            writer.WriteString("architecture", platform.Architecture);
            writer.WriteString("os", platform.Os);
            writer.WriteText("os.version", platform.OsVersion);
            writer.WriteText("variant", platform.Variant);
            writer.WriteEndObject();
        }

        writer.WriteOthers(descriptor.OtherMembers);
        writer.WriteEndObject();
    }

    /// <summary>Reads a platform from the members of a descriptor's <c>platform</c> or of an image config.</summary>
    public static Platform ReadPlatform(JsonElement json)
    {
        JsonMembers.RequireObject(json, "platform");
        var variant = JsonMembers.Text(json, "variant");
        return new Platform(JsonMembers.Text(json, "os") ?? "", JsonMembers.Text(json, "architecture") ?? "", string.IsNullOrEmpty(variant) ? null : variant)
        {
            OsVersion = JsonMembers.Text(json, "os.version"),
        };
    }
}
