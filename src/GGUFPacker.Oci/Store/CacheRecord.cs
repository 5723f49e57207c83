using System.Text.Json;
using GGUFPacker.Oci.Content;

namespace GGUFPacker.Oci.Store;

/// <summary>What a build remembers of one thing it did.</summary>
/// <param name="Kind">What it is: <see cref="Step"/>, <see cref="Source"/>, <see cref="File"/> or <see cref="Layer"/>.</param>
/// <param name="Digest">The content, or of a layer the diff ID.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="MadeBy">The instruction, address or path it comes from; empty if unknown.</param>
public sealed record CacheRecord(string Kind, Digest Digest, long Size, string MadeBy)
{
    /// <summary>The content that a step gave.</summary>
    public const string Step = "step";

    /// <summary>The content that was fetched from elsewhere.</summary>
    public const string Source = "source";

    /// <summary>The digest of a file of the user's.</summary>
    public const string File = "file";

    /// <summary>The layer around certain files.</summary>
    public const string Layer = "layer";

    private const int MaxSize = 64 << 10;

    /// <summary>Reads a record; null if it cannot be read, which is as good as none: what it stands for is done again.</summary>
    public static CacheRecord? Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var json = JsonMembers.ParseObject(bytes, MaxSize, "record");
            return Digest.TryParse(JsonMembers.Text(json, "digest"), out var digest) && json.GetProperty("size").TryGetInt64(out var size) && size >= 0
                ? new CacheRecord(JsonMembers.Text(json, "kind") ?? "", digest, size, JsonMembers.Text(json, "by") ?? "")
                : null;
        }
        catch (Exception exception) when (exception is ContentException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The record as JSON.</summary>
    public byte[] ToBytes() => JsonMembers.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("kind", Kind);
        writer.WriteString("digest", Digest.ToString());
        writer.WriteNumber("size", Size);
        writer.WriteString("by", MadeBy.Length <= MaxSize / 8 ? MadeBy : MadeBy[..(MaxSize / 8)]);
        writer.WriteEndObject();
    });
}
