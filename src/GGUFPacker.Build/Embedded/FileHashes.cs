using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using GGUFPacker.Build.Embedded.Steps;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Embedded;

/// <summary>
/// Digests of the user's files. A file whose path, size and time of change are those of an earlier build is not read again;
/// one that was changed within the last two seconds is, because its time may not tell a second change. Within a build a file must not change: what was read
/// before and after would not fit together.
/// </summary>
internal sealed class FileHashes(CacheArea cache)
{
    private const int BufferSize = 1 << 20;
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, (long Size, DateTime Changed)> _seen = new(StringComparer.Ordinal);

    /// <summary>The digest that is remembered, if any.</summary>
    /// <exception cref="StepException">The build has seen the file with other facts.</exception>
    public Digest Find(FileInfo file)
    {
        Check(file, _seen.GetOrAdd(file.FullName, _ => (file.Length, file.LastWriteTimeUtc)));
        return cache.Find(KeyOf(file)) is { } record ? CacheRecord.Parse(record)?.Digest ?? default : default;
    }

    /// <summary>Remembers a digest. The file's facts must be those from before it was read.</summary>
    /// <exception cref="StepException">The file has changed since.</exception>
    public void Remember(FileInfo file, Digest digest)
    {
        CheckUnchanged(file.FullName);
        if (DateTime.UtcNow - file.LastWriteTimeUtc >= Settled)
        {
            cache.Put(KeyOf(file), new CacheRecord(CacheRecord.File, digest, file.Length, file.FullName).ToBytes());
        }
    }

    /// <summary>The digest, remembered or computed.</summary>
    /// <exception cref="StepException">The file changes while it is read, or has changed since it was seen first.</exception>
    public async ValueTask<Digest> GetAsync(string path, CancellationToken cancellationToken)
    {
        var file = new FileInfo(path);
        if (Find(file) is { IsEmpty: false } known)
        {
            return known;
        }

        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize, FileOptions.SequentialScan);
        await using (stream.ConfigureAwait(false))
        {
            var digest = Digest.FromHash(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
            Remember(file, digest);
            return digest;
        }
    }

    /// <summary>Makes sure that a file is as the build saw it first.</summary>
    /// <exception cref="StepException">It is not.</exception>
    public void CheckUnchanged(string path)
    {
        var file = new FileInfo(path);
        if (_seen.TryGetValue(file.FullName, out var seen))
        {
            Check(file, seen);
        }
    }

    private static void Check(FileInfo file, (long Size, DateTime Changed) seen)
    {
        if (!file.Exists)
        {
            throw new StepException($"'{file.FullName}' was removed while the build read it; run the build again.");
        }

        if ((file.Length, file.LastWriteTimeUtc) != seen)
        {
            throw new StepException($"'{file.FullName}' was changed while the build read it; run the build again when nothing writes to it.");
        }
    }

    private static Digest KeyOf(FileInfo file) =>
        Digest.Of(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"file\n{file.FullName}\n{file.Length}\n{file.LastWriteTimeUtc.Ticks}")));
}
