using System.Collections.Concurrent;
using System.Text;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Build.Graph;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Embedded;

/// <summary>What earlier builds made: contents by the key of their step, layers by their entries.</summary>
/// <param name="store">The store that holds it.</param>
/// <param name="forgets">Whether a node's step is to run again, whatever an earlier build made of it.</param>
internal sealed class StepCache(ContentStore store, Func<GraphNode, bool> forgets)
{
    /// <summary>Part of every key: to be raised when the same inputs give other bytes.</summary>
    public const string EngineFormat = "ggufpacker-1";

    // What this build has made itself is not made again for its next platform.
    private readonly ConcurrentDictionary<Digest, bool> _made = new();

    /// <summary>What stands for a step's content in the store.</summary>
    public static Digest ContentKey(string key) => KeyOf("content", key);

    /// <summary>Whether a node's step is to run again.</summary>
    public bool Forgets(GraphNode node) => forgets(node);

    /// <summary>The content that a step gave, if the store still has it.</summary>
    public StoredFile? FindContent(GraphNode node, string key)
    {
        var digest = ContentKey(key);
        return (forgets(node) && !_made.ContainsKey(digest)) || Find(digest) is not { } record || !store.Contents.Contains(record.Digest, record.Size)
            ? null
            : new StoredFile(record.Digest, record.Size, store.Contents.PathOf(record.Digest));
    }

    /// <summary>Remembers the content that a step gave.</summary>
    /// <param name="key">What the step did, to what.</param>
    /// <param name="kind"><see cref="CacheRecord.Step"/> or <see cref="CacheRecord.Source"/>.</param>
    /// <param name="madeBy">The instruction, or what was fetched.</param>
    /// <param name="digest">The content.</param>
    /// <param name="size">Its size.</param>
    public void PutContent(string key, string kind, string madeBy, Digest digest, long size)
    {
        _made[ContentKey(key)] = true;
        store.Cache.Put(ContentKey(key), new CacheRecord(kind, digest, size, madeBy).ToBytes());
    }

    /// <summary>The layer with these entries, if it is known.</summary>
    public Digest FindLayer(string entries) => Find(KeyOf("layer", entries))?.Digest ?? default;

    /// <summary>Remembers the layer with these entries.</summary>
    public void PutLayer(string entries, string madeBy, Digest diffId, long size) =>
        store.Cache.Put(KeyOf("layer", entries), new CacheRecord(CacheRecord.Layer, diffId, size, madeBy).ToBytes());

    /// <summary>The digest of a file of a base image's layer, if a build has read it.</summary>
    /// <param name="place">Where the file lies.</param>
    public Digest FindFile(LayerPlace place) => Find(KeyOf("file", $"{place.DiffId} {place.Offset}"))?.Digest ?? default;

    /// <summary>Remembers a file of a base image's layer.</summary>
    public void PutFile(LayerPlace place, string madeBy, Digest digest, long size) =>
        store.Cache.Put(KeyOf("file", $"{place.DiffId} {place.Offset}"), new CacheRecord(CacheRecord.Source, digest, size, madeBy).ToBytes());

    private CacheRecord? Find(Digest key) => store.Cache.Find(key) is { } record ? CacheRecord.Parse(record) : null;

    private static Digest KeyOf(string kind, string key) => Digest.Of(Encoding.UTF8.GetBytes($"{EngineFormat}\n{kind}\n{key}"));
}
