using System.Collections.Immutable;
using System.Text.Json;

namespace GGUFPacker.Oci.Content;

/// <summary>Image configs as JSON.</summary>
internal static class ConfigJson
{
    public static ImageConfig Parse(ReadOnlyMemory<byte> bytes)
    {
        var json = JsonMembers.ParseObject(bytes, JsonMembers.MaxConfigSize, "image config");
        return new ImageConfig
        {
            Created = JsonMembers.Text(json, "created"),
            Author = JsonMembers.Text(json, "author"),
            Platform = DescriptorJson.ReadPlatform(json),
            Config = json.TryGetProperty("config", out var config) && config.ValueKind != JsonValueKind.Null ? config.Clone() : null,
            DiffIds = JsonMembers.Object(json, "rootfs", ReadRootfs)?.DiffIds ?? [],
            History = JsonMembers.List(json, "history", ReadHistory),
            OtherMembers = JsonMembers.Others(json, "created", "author", "os", "architecture", "variant", "os.version", "config", "rootfs", "history"),
        };
    }

    public static byte[] Write(ImageConfig image) => JsonMembers.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("architecture", image.Platform.Architecture);
        writer.WriteText("author", image.Author);
        if (image.Config is { } config)
        {
            writer.WritePropertyName("config");
            config.WriteTo(writer);
        }

        writer.WriteText("created", image.Created);
        if (!image.History.IsEmpty)
        {
            writer.WriteStartArray("history");
            foreach (var step in image.History)
            {
                WriteHistory(writer, step);
            }

            writer.WriteEndArray();
        }

        writer.WriteString("os", image.Platform.Os);
        writer.WriteText("os.version", image.Platform.OsVersion);
        writer.WriteStartObject("rootfs");
        writer.WriteString("type", "layers");
        writer.WriteStartArray("diff_ids");
        foreach (var diffId in image.DiffIds)
        {
            writer.WriteStringValue(diffId.ToString());
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteText("variant", image.Platform.Variant);
        writer.WriteOthers(image.OtherMembers);
        writer.WriteEndObject();
    });

    private static Rootfs ReadRootfs(JsonElement json) => new(JsonMembers.List(JsonMembers.RequireObject(json, "rootfs"), "diff_ids", item =>
        item.ValueKind == JsonValueKind.String && Digest.TryParse(item.GetString(), out var digest)
            ? digest
            : throw JsonMembers.Wrong("diff_ids", "a list of sha256 digests")));

    private static ImageHistory ReadHistory(JsonElement json) => new()
    {
        Created = JsonMembers.Text(JsonMembers.RequireObject(json, "history"), "created"),
        CreatedBy = JsonMembers.Text(json, "created_by"),
        Author = JsonMembers.Text(json, "author"),
        Comment = JsonMembers.Text(json, "comment"),
        EmptyLayer = JsonMembers.Flag(json, "empty_layer"),
        OtherMembers = JsonMembers.Others(json, "created", "created_by", "author", "comment", "empty_layer"),
    };

    private static void WriteHistory(Utf8JsonWriter writer, ImageHistory step)
    {
        writer.WriteStartObject();
        writer.WriteText("created", step.Created);
        writer.WriteText("created_by", step.CreatedBy);
        writer.WriteText("author", step.Author);
        writer.WriteText("comment", step.Comment);
        if (step.EmptyLayer)
        {
            writer.WriteBoolean("empty_layer", true);
        }

        writer.WriteOthers(step.OtherMembers);
        writer.WriteEndObject();
    }

    private sealed record Rootfs(ImmutableArray<Digest> DiffIds);
}
