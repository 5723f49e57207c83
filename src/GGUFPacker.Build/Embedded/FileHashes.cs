using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Embedded;

/// <summary>
/// Digests of the user's files. A file whose path, size and time of change are those of an earlier build is not read again;
/// one that was changed within the last two seconds is, because its time may not tell a second change.
/// </summary>
internal sealed class FileHashes(CacheArea cache)
{
    private const int BufferSize = 1 << 20;
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    /// <summary>The digest that is remembered, if any.</summary>
    public Digest Find(FileInfo file) =>
        cache.Find(KeyOf(file)) is { } record && Digest.TryParse(Encoding.ASCII.GetString(record).Trim('"'), out var digest) ? digest : default;

    /// <summary>Remembers a digest. The file's facts must be those from before it was read.</summary>
    public void Remember(FileInfo file, Digest digest)
    {
        if (DateTime.UtcNow - file.LastWriteTimeUtc >= Settled)
        {
            cache.Put(KeyOf(file), Encoding.ASCII.GetBytes($"\"{digest}\""));
        }
    }

    /// <summary>The digest, remembered or computed.</summary>
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

    private static Digest KeyOf(FileInfo file) =>
        Digest.Of(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"file\n{file.FullName}\n{file.Length}\n{file.LastWriteTimeUtc.Ticks}")));
}
