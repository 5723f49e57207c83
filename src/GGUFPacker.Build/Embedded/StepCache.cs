using System.Text;
using System.Text.Json;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Embedded;

/// <summary>What earlier builds made: contents by the key of their step, layers by their entries.</summary>
internal sealed class StepCache(ContentStore store, bool forget)
{
    /// <summary>Part of every key: to be raised when the same inputs give other bytes.</summary>
    public const string EngineFormat = "ggufpacker-1";

    /// <summary>The content that a step gave, if the store still has it.</summary>
    public StoredFile? FindContent(string key)
    {
        if (forget || store.Cache.Find(KeyOf("content", key)) is not { } record || Parse(record) is not var (digest, size) || !store.Contents.Contains(digest, size))
        {
            return null;
        }

        return new StoredFile(digest, size, store.Contents.PathOf(digest));
    }

    public void PutContent(string key, Digest digest, long size) =>
        store.Cache.Put(KeyOf("content", key), JsonSerializer.SerializeToUtf8Bytes(new Record(digest.ToString(), size), StepCacheJson.Default.Record));

    /// <summary>The layer with these entries, if the store still has it.</summary>
    public Digest FindLayer(string entries) => store.Cache.Find(KeyOf("layer", entries)) is { } record && Parse(record) is var (digest, _) ? digest : default;

    public void PutLayer(string entries, Digest diffId, long size) =>
        store.Cache.Put(KeyOf("layer", entries), JsonSerializer.SerializeToUtf8Bytes(new Record(diffId.ToString(), size), StepCacheJson.Default.Record));

    private static Digest KeyOf(string kind, string key) => Digest.Of(Encoding.UTF8.GetBytes($"{EngineFormat}\n{kind}\n{key}"));

    // A record that cannot be read is as good as none: the step runs again.
    private static (Digest Digest, long Size)? Parse(byte[] record)
    {
        try
        {
            return JsonSerializer.Deserialize(record, StepCacheJson.Default.Record) is { } parsed && Digest.TryParse(parsed.Digest, out var digest) ? (digest, parsed.Size) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    internal sealed record Record(string? Digest, long Size);
}
