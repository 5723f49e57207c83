using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace GGUFPacker.Oci.Content;

/// <summary>A content digest of the OCI image specification, <c>sha256:</c> and 64 lower-case hexadecimal digits.</summary>
public readonly record struct Digest
{
    private const string Prefix = "sha256:";
    private readonly string? _hex;

    private Digest(string hex) => _hex = hex;

    /// <summary>The 64 hexadecimal digits.</summary>
    public string Hex => _hex ?? throw new InvalidOperationException("The digest is not set.");

    /// <summary>Whether there is no digest (the default value).</summary>
    public bool IsEmpty => _hex is null;

    /// <summary>The digest of bytes at hand.</summary>
    public static Digest Of(ReadOnlySpan<byte> content) => FromHash(SHA256.HashData(content));

    /// <summary>The digest with this SHA-256 value.</summary>
    /// <param name="hash">32 bytes.</param>
    public static Digest FromHash(ReadOnlySpan<byte> hash) =>
        hash.Length == SHA256.HashSizeInBytes
            ? new(Convert.ToHexStringLower(hash))
            : throw new ArgumentException("A SHA-256 value has 32 bytes.", nameof(hash));

    /// <summary>Parses <c>sha256:…</c>.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static Digest Parse(string text) => TryParse(text, out var digest) ? digest : throw new FormatException($"'{text}' is no sha256 digest.");

    /// <summary>Parses <c>sha256:…</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest)
    {
        digest = default;
        if (text is null || text.Length != Prefix.Length + 64 || !text.StartsWith(Prefix, StringComparison.Ordinal)
            || text.AsSpan(Prefix.Length).ContainsAnyExcept("0123456789abcdef"))
        {
            return false;
        }

        digest = new Digest(text[Prefix.Length..]);
        return true;
    }

    /// <summary>The <c>sha256:…</c> form.</summary>
    public override string ToString() => Prefix + Hex;
}
