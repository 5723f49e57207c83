using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using GGUFPacker.Oci.Content;

namespace GGUFPacker.Oci.Store;

/// <summary>
/// Finds out contents that somebody has written to. A hard link outside of the store is the store's own file, so an editor that writes in place changes the
/// content. Before the first link is made, the file's time of change is noted; a content whose time is another is digested again, and removed if it is no
/// longer what its name says. Read-only files would not do: a copy would be read-only as well, and the next copy could not replace it; on Windows not even
/// delete it.
/// </summary>
internal sealed class ContentSeals(StoreFiles files)
{
    private const int MaxSize = 64;

    /// <summary>Notes how the content is now.</summary>
    public void Set(Digest digest, string path) =>
        files.Write(PathOf(digest), Encoding.ASCII.GetBytes(File.GetLastWriteTimeUtc(path).Ticks.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Whether a content that is there is what its name says. One that is not is removed; what was linked to it keeps its bytes.</summary>
    public bool Holds(Digest digest, string path)
    {
        if (Read(digest) is not { } ticks || ticks == File.GetLastWriteTimeUtc(path).Ticks)
        {
            return true;
        }

        if (DigestOf(path) is { } actual && actual == digest)
        {
            // Touched, or brought back from a backup.
            Set(digest, path);
            return true;
        }

        StoreFiles.TryDelete(path);
        StoreFiles.TryDelete(PathOf(digest));
        return false;
    }

    private static Digest? DigestOf(string path)
    {
        try
        {
            const FileShare Anybody = FileShare.ReadWrite | FileShare.Delete;
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, Anybody, bufferSize: 1 << 20, FileOptions.SequentialScan);
            return Digest.FromHash(SHA256.HashData(file));
        }
        catch (FileNotFoundException)
        {
            // Another process has removed it meanwhile.
            return null;
        }
    }

    private long? Read(Digest digest) =>
        StoreFiles.ReadIfThere(PathOf(digest), MaxSize) is { } bytes && long.TryParse(bytes, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            ? ticks
            : null;

    private string PathOf(Digest digest) => StoreFiles.In(files.Seals, digest);
}
