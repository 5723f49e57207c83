using System.Text.Json;

namespace GGUFPacker.Oci.Content;

/// <summary>Manifests and indexes as JSON.</summary>
internal static class ManifestJson
{
    public static ImageManifest ParseManifest(ReadOnlyMemory<byte> bytes)
    {
        var json = Root(bytes, "image manifest");
        if (json.TryGetProperty("manifests", out _))
        {
            throw new ContentException("The image manifest is an index: it has a member 'manifests'.");
        }

        return new ImageManifest
        {
            MediaType = JsonMembers.Text(json, "mediaType") ?? MediaTypes.ImageManifest,
            ArtifactType = JsonMembers.Text(json, "artifactType"),
            Config = JsonMembers.Object(json, "config", DescriptorJson.Read) ?? throw JsonMembers.Wrong("config", "there"),
            Layers = JsonMembers.List(json, "layers", DescriptorJson.Read),
            Subject = JsonMembers.Object(json, "subject", DescriptorJson.Read),
            Annotations = JsonMembers.Annotations(json),
            OtherMembers = JsonMembers.Others(json, "schemaVersion", "mediaType", "artifactType", "config", "layers", "subject", "annotations"),
        };
    }

    public static ImageIndex ParseIndex(ReadOnlyMemory<byte> bytes)
    {
        var json = Root(bytes, "image index");
        if (!json.TryGetProperty("manifests", out _))
        {
            throw new ContentException("The image index has no member 'manifests'.");
        }

        return new ImageIndex
        {
            MediaType = JsonMembers.Text(json, "mediaType") ?? MediaTypes.ImageIndex,
            ArtifactType = JsonMembers.Text(json, "artifactType"),
            Manifests = JsonMembers.List(json, "manifests", DescriptorJson.Read),
            Subject = JsonMembers.Object(json, "subject", DescriptorJson.Read),
            Annotations = JsonMembers.Annotations(json),
            OtherMembers = JsonMembers.Others(json, "schemaVersion", "mediaType", "artifactType", "manifests", "subject", "annotations"),
        };
    }

    public static byte[] Write(ImageManifest manifest) => JsonMembers.Write(writer =>
    {
        WriteStart(writer, manifest.MediaType, manifest.ArtifactType);
        writer.WritePropertyName("config");
        DescriptorJson.Write(writer, manifest.Config);
        writer.WriteStartArray("layers");
        foreach (var layer in manifest.Layers)
        {
            DescriptorJson.Write(writer, layer);
        }

        writer.WriteEndArray();
        WriteSubject(writer, manifest.Subject);
        writer.WriteAnnotations(manifest.Annotations);
        writer.WriteOthers(manifest.OtherMembers);
        writer.WriteEndObject();
    });

    public static byte[] Write(ImageIndex index) => JsonMembers.Write(writer =>
    {
        WriteStart(writer, index.MediaType, index.ArtifactType);
        writer.WriteStartArray("manifests");
        foreach (var manifest in index.Manifests)
        {
            DescriptorJson.Write(writer, manifest);
        }

        writer.WriteEndArray();
        WriteSubject(writer, index.Subject);
        writer.WriteAnnotations(index.Annotations);
        writer.WriteOthers(index.OtherMembers);
        writer.WriteEndObject();
    });

    /// <summary>The media type that a manifest or index says it has, or that its members show.</summary>
    public static string DetectMediaType(ReadOnlyMemory<byte> bytes)
    {
        var json = JsonMembers.ParseObject(bytes, JsonMembers.MaxManifestSize, "manifest");
        return JsonMembers.Text(json, "mediaType") ?? (json.TryGetProperty("manifests", out _) ? MediaTypes.ImageIndex : MediaTypes.ImageManifest);
    }

    private static JsonElement Root(ReadOnlyMemory<byte> bytes, string what)
    {
        var json = JsonMembers.ParseObject(bytes, JsonMembers.MaxManifestSize, what);
        return json.TryGetProperty("schemaVersion", out var version) && version.ValueKind == JsonValueKind.Number && version.TryGetInt32(out var number)
            && number == 2
            ? json
            : throw new ContentException($"The {what} is not of schema version 2.");
    }

    private static void WriteStart(Utf8JsonWriter writer, string mediaType, string? artifactType)
    {
        writer.WriteStartObject();
        writer.WriteNumber("schemaVersion", 2);
        writer.WriteString("mediaType", mediaType);
        writer.WriteText("artifactType", artifactType);
    }

    private static void WriteSubject(Utf8JsonWriter writer, Descriptor? subject)
    {
        if (subject is not null)
        {
            writer.WritePropertyName("subject");
            DescriptorJson.Write(writer, subject);
        }
    }
}
