using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Embedded.Files;

/// <summary>
/// A file of the user's. It is copied into the store only when an image needs it; a link would let a later change of the file reach the store.
/// </summary>
internal sealed class LocalContent(ContentStore store, FileHashes hashes, string path) : FileContent
{
    public override async ValueTask<string> IdentifyAsync(CancellationToken cancellationToken) =>
        (await hashes.GetAsync(path, cancellationToken).ConfigureAwait(false)).ToString();

    public override async ValueTask<StoredFile> StoreAsync(CancellationToken cancellationToken)
    {
        var file = new FileInfo(path);
        if (hashes.Find(file) is { IsEmpty: false } known && store.Contents.Contains(known, file.Length))
        {
            return new StoredFile(known, file.Length, store.Contents.PathOf(known));
        }

        var stored = await store.Contents.IngestFileAsync(path, layer: null, cancellationToken).ConfigureAwait(false);
        hashes.Remember(file, stored.Digest);
        return new StoredFile(stored.Digest, stored.Size, store.Contents.PathOf(stored.Digest), ContentOrigin.Written);
    }

    public override ValueTask<string> LocateAsync(CancellationToken cancellationToken) => ValueTask.FromResult(path);

    public override void CheckUnchanged() => hashes.CheckUnchanged(path);
}
