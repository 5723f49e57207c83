using System.Globalization;
using System.Text;
using GGUFPacker.Oci.Content;

namespace GGUFPacker.Build.Sources.Git;

/// <summary>What git LFS puts in a large file's place.</summary>
/// <param name="Digest">The SHA-256 digest of the file's bytes.</param>
/// <param name="Size">The number of these bytes.</param>
internal sealed record LfsPointer(Digest Digest, long Size)
{
    /// <summary>No pointer is as long (the specification of git LFS).</summary>
    public const int MaxLength = 1024;

    private const string Version = "version https://git-lfs.github.com/spec/v1\n";

    /// <summary>Reads a pointer; null if the bytes are none.</summary>
    public static LfsPointer? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= MaxLength || !bytes.StartsWith(Encoding.ASCII.GetBytes(Version)))
        {
            return null;
        }

        var lines = Encoding.UTF8.GetString(bytes).Split('\n');
        var oid = lines.FirstOrDefault(line => line.StartsWith("oid ", StringComparison.Ordinal))?[4..];
        var size = lines.FirstOrDefault(line => line.StartsWith("size ", StringComparison.Ordinal))?[5..];
        return Digest.TryParse(oid, out var digest) && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? new LfsPointer(digest, length)
            : null;
    }
}
