using GGUFPacker.Oci.Content;

namespace GGUFPacker.Oci.Store;

/// <summary>
/// What builds remember: a small JSON record by a digest of the caller's making. A record keeps the contents and layers whose digests it mentions from being
/// pruned.
/// </summary>
public sealed class CacheArea
{
    private const int MaxSize = 16 << 20;

    private readonly StoreFiles _files;

    internal CacheArea(StoreFiles files) => _files = files;

    /// <summary>The record; null if there is none.</summary>
    public byte[]? Find(Digest key) => StoreFiles.ReadIfThere(PathOf(key), MaxSize);

    /// <summary>Puts a record in the place of the one that is there, as a whole or not at all.</summary>
    public void Put(Digest key, ReadOnlySpan<byte> record) => _files.Write(PathOf(key), record);

    /// <summary>Forgets a record.</summary>
    public void Remove(Digest key) => StoreFiles.TryDelete(PathOf(key));

    private string PathOf(Digest key) => StoreFiles.In(_files.Cache, key, ".json");
}
