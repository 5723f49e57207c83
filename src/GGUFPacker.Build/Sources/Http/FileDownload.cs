using System.Text;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Sources.Http;

/// <summary>
/// Brings files from elsewhere into the store: a large one in several stretches at a time, each gone on with after a break, those of an earlier process
/// included. Bytes are verified before they count.
/// </summary>
internal sealed class FileDownload(HttpFetcher http, ContentStore store)
{
    private static readonly TimeSpan LockWait = TimeSpan.FromMilliseconds(200);

    /// <summary>Fetches a file; one that the store has is not asked for again.</summary>
    /// <param name="file">The file.</param>
    /// <param name="progress">Told of the bytes that have come, from any thread; null for nobody.</param>
    /// <param name="cancellationToken">Stops; what has come is kept for the next time.</param>
    /// <exception cref="SourceException">The server refuses, or gives other bytes.</exception>
    public async Task<StoredFile> RunAsync(RemoteFile file, Action<long>? progress, CancellationToken cancellationToken)
    {
        if (Find(file) is { } there)
        {
            return there;
        }

        var rangeBytes = http.Options.RangeBytes;
        var count = checked((int)((file.Size + rangeBytes - 1) / rangeBytes));
        var subject = $"{file.Identity} {file.Size} {rangeBytes}";
        var path = store.Contents.PartialPath(Digest.Of(Encoding.UTF8.GetBytes(subject)));
        using var journal = await OpenAsync(path + ".journal", subject, count, cancellationToken).ConfigureAwait(false);
        if (Find(file) is { } meanwhile)
        {
            return meanwhile;
        }

        using (var data = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read))
        {
            if (RandomAccess.GetLength(data) != file.Size)
            {
                journal.Clear(subject);
                RandomAccess.SetLength(data, file.Size);
            }

            await new RangeTransfer(http, file, data, journal, progress).RunAsync(cancellationToken).ConfigureAwait(false);
        }

        return await SettleAsync(file, path, journal, subject, cancellationToken).ConfigureAwait(false);
    }

    private async Task<StoredFile> SettleAsync(RemoteFile file, string path, RangeJournal journal, string subject, CancellationToken cancellationToken)
    {
        if (file.Verify is { } verify && !await verify(path, cancellationToken).ConfigureAwait(false))
        {
            journal.Clear(subject);
            File.Delete(path);
            throw new SourceException(
                $"{file.Name}: {HttpFetcher.Shown(file.Address)} gave other bytes than its listing promises. Nothing of it was kept; try again.");
        }

        var stored = store.Contents.Adopt(path, layer: null, cancellationToken);
        journal.Clear(subject);
        if (file.Digest is { } digest && stored.Digest != digest)
        {
            throw new SourceException($"{file.Name}: {HttpFetcher.Shown(file.Address)} gave bytes with the digest {stored.Digest}; {digest} was expected.");
        }

        return new StoredFile(stored.Digest, stored.Size, store.Contents.PathOf(stored.Digest), ContentOrigin.Downloaded);
    }

    // One process transfers a file; another that wants it too waits, and then finds it.
    private async Task<RangeJournal> OpenAsync(string path, string subject, int count, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (RangeJournal.TryOpen(path, subject, count) is { } journal)
            {
                return journal;
            }

            await Task.Delay(LockWait, http.Options.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private StoredFile? Find(RemoteFile file) => file.Digest is { } digest && store.Contents.Contains(digest, file.Size)
        ? new StoredFile(digest, file.Size, store.Contents.PathOf(digest))
        : null;
}
