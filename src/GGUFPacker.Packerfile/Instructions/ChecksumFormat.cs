namespace GGUFPacker.Packerfile.Instructions;

/// <summary>The form of ADD's checksum: that of an OCI digest.</summary>
internal static class ChecksumFormat
{
    /// <summary>The digits of a commit's name in a repository of SHA-256.</summary>
    public const int LongestCommit = 64;

    public static bool IsValid(string checksum)
    {
        var colon = checksum.IndexOf(':', StringComparison.Ordinal);
        var length = colon < 0 ? 0 : checksum[..colon] switch { "sha256" => 64, "sha384" => 96, "sha512" => 128, _ => 0 };
        return length > 0 && checksum.Length == colon + 1 + length && !checksum.AsSpan(colon + 1).ContainsAnyExcept("0123456789abcdef");
    }
}
