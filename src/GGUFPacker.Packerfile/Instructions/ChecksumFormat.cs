namespace GGUFPacker.Packerfile.Instructions;

/// <summary>The form of ADD's checksum: that of an OCI digest.</summary>
internal static class ChecksumFormat
{
    public static bool IsValid(string checksum)
    {
        var colon = checksum.IndexOf(':', StringComparison.Ordinal);
        var length = colon < 0 ? 0 : checksum[..colon] switch { "sha256" => 64, "sha384" => 96, "sha512" => 128, _ => 0 };
        return length > 0 && checksum.Length == colon + 1 + length && !checksum.AsSpan(colon + 1).ContainsAnyExcept("0123456789abcdef");
    }
}
