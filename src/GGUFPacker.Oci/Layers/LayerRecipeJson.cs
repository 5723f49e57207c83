using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Oci.Content;

namespace GGUFPacker.Oci.Layers;

/// <summary>Recipes as the store keeps them.</summary>
internal static class LayerRecipeJson
{
    private const int Version = 1;

    /// <summary>The largest recipe that is read; a layer of 100,000 files takes a third of it.</summary>
    private const int MaxSize = 256 << 20;

    public static byte[] Write(LayerRecipe recipe) => JsonMembers.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("version", Version);
        writer.WriteString("diffId", recipe.DiffId.ToString());
        writer.WriteNumber("size", recipe.Size);
        writer.WriteStartArray("segments");
        foreach (var segment in recipe.Segments)
        {
            WriteSegment(writer, segment);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("entries");
        foreach (var entry in recipe.Entries)
        {
            WriteEntry(writer, entry);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    public static LayerRecipe Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var json = JsonMembers.ParseObject(bytes, MaxSize, "layer recipe");
            if (json.GetProperty("version").GetInt32() != Version)
            {
                throw new LayerException($"The layer recipe is of version {json.GetProperty("version").GetInt32()}; this version reads {Version}.");
            }

            var diffId = Digest.Parse(json.GetProperty("diffId").GetString()!);
            var recipe = new LayerRecipe(
                diffId,
                json.GetProperty("size").GetInt64(),
                JsonMembers.List(json, "segments", ReadSegment),
                JsonMembers.List(json, "entries", entry => ReadEntry(entry, diffId)));
            return recipe.Segments.Sum(s => s.Length) == recipe.Size
                ? recipe
                : throw new LayerException($"The recipe of layer {recipe.DiffId} does not add up to its size.");
        }
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException or FormatException or ContentException)
        {
            throw new LayerException($"The layer recipe cannot be read: {exception.Message}", exception);
        }
    }

    public static void WriteSegment(Utf8JsonWriter writer, LayerSegment segment)
    {
        writer.WriteStartObject();
        if (segment.IsContent)
        {
            writer.WriteString("content", segment.Content.ToString());
            writer.WriteNumber("size", segment.Length);
        }
        else
        {
            writer.WriteBase64String("inline", segment.Inline.Span);
        }

        writer.WriteEndObject();
    }

    public static LayerSegment ReadSegment(JsonElement json) => json.TryGetProperty("inline", out var inline)
        ? LayerSegment.Of(inline.GetBytesFromBase64())
        : LayerSegment.Of(Digest.Parse(json.GetProperty("content").GetString()!), json.GetProperty("size").GetInt64());

    public static void WriteEntry(Utf8JsonWriter writer, LayerEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteString("path", entry.Path);
        writer.WriteString("kind", entry.Kind.ToString());
        writer.WriteNumber("mode", entry.Mode);
        writer.WriteNumber("uid", entry.UserId);
        writer.WriteNumber("gid", entry.GroupId);
        writer.WriteNumber("size", entry.Size);
        writer.WriteNumber("modified", entry.Modified);
        writer.WriteText("content", entry.Content.IsEmpty ? null : entry.Content.ToString());
        writer.WriteText("link", entry.LinkTarget);
        if (entry.Place is { } place)
        {
            writer.WriteNumber("offset", place.Offset);
        }

        writer.WriteEndObject();
    }

    /// <param name="json">The entry.</param>
    /// <param name="diffId">The layer that it is in.</param>
    public static LayerEntry ReadEntry(JsonElement json, Digest diffId) =>
        new(json.GetProperty("path").GetString()!, Enum.Parse<LayerEntryKind>(json.GetProperty("kind").GetString()!))
        {
            Mode = json.GetProperty("mode").GetInt32(),
            UserId = json.GetProperty("uid").GetInt32(),
            GroupId = json.GetProperty("gid").GetInt32(),
            Size = json.GetProperty("size").GetInt64(),
            Modified = json.GetProperty("modified").GetInt64(),
            Content = json.TryGetProperty("content", out var content) ? Digest.Parse(content.GetString()!) : default,
            LinkTarget = JsonMembers.Text(json, "link"),
            Place = json.TryGetProperty("offset", out var offset) ? new LayerPlace(diffId, offset.GetInt64()) : null,
        };
}
