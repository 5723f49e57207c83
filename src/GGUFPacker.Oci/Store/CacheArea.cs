using GGUFPacker.Oci.Content;

namespace GGUFPacker.Oci.Store;

/// <summary>
/// What builds remember: a small JSON record by a digest of the caller's making. A record keeps the contents and layers whose digests it mentions from being
/// pruned. Its file's time is when it was last of use.
/// </summary>
public sealed class CacheArea
{
    private const int MaxSize = 16 << 20;

    // A build that asks for the same record again and again shall not write each time.
    private static readonly TimeSpan s_useGranularity = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_lockInterval = TimeSpan.FromMilliseconds(100);

    private readonly StoreFiles _files;

    internal CacheArea(StoreFiles files) => _files = files;

    /// <summary>The record; null if there is none. Its use is noted.</summary>
    public byte[]? Find(Digest key)
    {
        var path = PathOf(key);
        var record = StoreFiles.ReadIfThere(path, MaxSize);
        if (record is not null)
        {
            NoteUse(path);
        }

        return record;
    }

    /// <summary>Puts a record in the place of the one that is there, as a whole or not at all.</summary>
    public void Put(Digest key, ReadOnlySpan<byte> record) => _files.Write(PathOf(key), record);

    /// <summary>Forgets a record.</summary>
    public void Remove(Digest key) => StoreFiles.TryDelete(PathOf(key));

    /// <summary>
    /// Waits until nobody else, in this process or another, works at what a key stands for. The system frees the lock when its holder ends, however it ends.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="whenWaiting">Called once if somebody else has it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Lets go when disposed.</returns>
    public async Task<IDisposable> LockAsync(Digest key, Action whenWaiting, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(whenWaiting);
        var path = StoreFiles.In(_files.Locks, key, ".lock");
        for (var waits = false; ; waits = true)
        {
            if (StoreLock.TryTake(path) is { } taken)
            {
                return taken;
            }

            if (!waits)
            {
                whenWaiting();
            }

            await Task.Delay(s_lockInterval, cancellationToken).ConfigureAwait(false);
        }
    }

    internal string PathOf(Digest key) => StoreFiles.In(_files.Cache, key, ".json");

    private void NoteUse(string path)
    {
        try
        {
            var now = _files.Time.GetUtcNow().UtcDateTime;
            if (now - File.GetLastWriteTimeUtc(path) > s_useGranularity)
            {
                File.SetLastWriteTimeUtc(path, now);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Replaced at this moment, or another user's: not worth a word.
        }
    }
}
