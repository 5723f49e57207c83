using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace GGUFPacker.Build.Tests.Embedded;

/// <summary>A tar of a test's own, written entry by entry, so that it may hold what no tar program writes.</summary>
internal sealed class ArchiveFile
{
    private readonly List<TarEntry> _entries = [];

    public ArchiveFile File(string path, string text, UnixFileMode mode = (UnixFileMode)0b110_100_100, int owner = 0) =>
        Add(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)), Mode = mode, Uid = owner, Gid = owner });

    public ArchiveFile Directory(string path, UnixFileMode mode = (UnixFileMode)0b111_101_101) => Add(new PaxTarEntry(TarEntryType.Directory, path) { Mode = mode });

    public ArchiveFile Link(string path, string target) => Add(new PaxTarEntry(TarEntryType.SymbolicLink, path) { LinkName = target });

    public ArchiveFile HardLink(string path, string target) => Add(new PaxTarEntry(TarEntryType.HardLink, path) { LinkName = target });

    public ArchiveFile Pipe(string path) => Add(new PaxTarEntry(TarEntryType.Fifo, path));

    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using (var writer = new TarWriter(bytes, leaveOpen: true))
        {
            foreach (var entry in _entries)
            {
                (entry.DataStream as MemoryStream)?.Seek(0, SeekOrigin.Begin);
                writer.WriteEntry(entry);
            }
        }

        return bytes.ToArray();
    }

    public byte[] ToGzip() => Gzip(ToBytes());

    public static byte[] Gzip(byte[] bytes, CompressionLevel level = CompressionLevel.Fastest)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, level))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    private ArchiveFile Add(TarEntry entry)
    {
        _entries.Add(entry);
        return this;
    }
}
