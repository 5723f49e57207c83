namespace GGUFPacker.Build.Embedded.Files;

/// <summary>A file that the store has.</summary>
internal sealed class StoredContentFile(StoredFile stored) : FileContent
{
    public override ValueTask<string> IdentifyAsync(CancellationToken cancellationToken) => ValueTask.FromResult(stored.Digest.ToString());

    public override ValueTask<StoredFile> StoreAsync(CancellationToken cancellationToken) => ValueTask.FromResult(stored);
}
