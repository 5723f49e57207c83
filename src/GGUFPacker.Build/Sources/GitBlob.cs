using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace GGUFPacker.Build.Sources;

/// <summary>Git's name for a file's bytes: the SHA-1 of "blob", their number, a NUL and the bytes; in a repository with SHA-256 names, that digest.</summary>
internal static class GitBlob
{
    /// <summary>Whether a file has a name.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">The name in hexadecimal digits: 40, or 64 with SHA-256.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static async Task<bool> IsAsync(string path, string name, CancellationToken cancellationToken)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0, FileOptions.SequentialScan);
        using var hash = IncrementalHash.CreateHash(name.Length == 64 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
        hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {file.Length}\0")));
        var buffer = new byte[64 << 10];
        int read;
        while ((read = await file.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            hash.AppendData(buffer, 0, read);
        }

        return Convert.ToHexString(hash.GetHashAndReset()).Equals(name, StringComparison.OrdinalIgnoreCase);
    }
}
