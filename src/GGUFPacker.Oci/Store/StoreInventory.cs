using GGUFPacker.Oci.Content;

namespace GGUFPacker.Oci.Store;

/// <summary>Lists what a store holds, and what each thing is held by.</summary>
public static class StoreInventory
{
    /// <summary>Reads the store. Builds may run meanwhile; what they add or take away in that time may be missing.</summary>
    /// <param name="root">The store's directory.</param>
    /// <param name="time">The clock; null for the system's.</param>
    public static IReadOnlyList<StoreItem> Read(string root, TimeProvider? time = null)
    {
        var files = new StoreFiles(Path.GetFullPath(root), time ?? TimeProvider.System);
        files.Create();
        using var shared = StoreLock.Share(files.Lock);
        var reach = new StoreReach(files);
        var holders = new Dictionary<Digest, Holder>();
        var items = new List<StoreItem>();
        foreach (var found in reach.Roots())
        {
            foreach (var digest in reach.From(found))
            {
                holders[digest] = (holders.GetValueOrDefault(digest) ?? new Holder(default, 0, "")).With(found, digest);
            }
        }

        foreach (var found in reach.Roots().Where(found => found.Tag is null))
        {
            var key = Path.GetFileNameWithoutExtension(found.Path);
            items.Add(found.Record is { } record
                ? new StoreItem(record.Kind, key, record.Size, found.LastUsed, record.MadeBy, ImagesOf(record.Digest)) { IsRecord = true }
                : new StoreItem(StoreItem.Unknown, key, 0, found.LastUsed, "", 0) { IsRecord = true });
        }

        Add(StoreItem.Content, files.Contents);
        Add(StoreItem.Layer, files.Layers);
        Add(StoreItem.Blob, files.Blobs);
        foreach (var file in new DirectoryInfo(files.Partial).EnumerateFiles())
        {
            items.Add(new StoreItem(StoreItem.Partial, file.Name, StoreFiles.LengthOf(file), file.LastWriteTimeUtc, "", 0));
        }

        return items;

        int ImagesOf(Digest digest) => holders.GetValueOrDefault(digest)?.Images ?? 0;

        void Add(string kind, string directory)
        {
            foreach (var file in new DirectoryInfo(directory).EnumerateFiles())
            {
                var key = Path.GetFileNameWithoutExtension(file.Name);
                var holder = Digest.TryParse("sha256:" + key, out var digest) ? holders.GetValueOrDefault(digest) : null;
                items.Add(
                    new StoreItem(kind, key, StoreFiles.LengthOf(file), holder?.LastUsed ?? file.LastWriteTimeUtc, holder?.MadeBy ?? "", holder?.Images ?? 0));
            }
        }
    }

    /// <summary>What is known of a digest from those that lead to it.</summary>
    private sealed record Holder(DateTimeOffset LastUsed, int Images, string MadeBy)
    {
        public Holder With(StoreRoot root, Digest digest) => new(
            LastUsed > root.LastUsed ? LastUsed : root.LastUsed,
            Images + (root.Tag is null ? 0 : 1),
            root.Record is { } made && made.Digest == digest && (MadeBy.Length == 0 || made.Kind is CacheRecord.Step or CacheRecord.Layer)
                ? made.MadeBy
                : MadeBy);
    }
}
