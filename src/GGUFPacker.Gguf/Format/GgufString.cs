using System.Text;

namespace GGUFPacker.Gguf.Format;

/// <summary>
/// A string of a GGUF file: bytes that ought to be UTF-8. The bytes are kept as they are, because vocabularies hold invalid ones
/// and a file that is read and written again must not change.
/// </summary>
public readonly struct GgufString : IEquatable<GgufString>
{
    private readonly ReadOnlyMemory<byte> _bytes;

    /// <summary>Wraps bytes; they must not change afterwards.</summary>
    public GgufString(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    /// <summary>Encodes text as UTF-8.</summary>
    public GgufString(string text) => _bytes = Encoding.UTF8.GetBytes(text);

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.Span;

    /// <summary>Encodes text as UTF-8.</summary>
    public static implicit operator GgufString(string text) => new(text);

    /// <summary>Compares bytes.</summary>
    public static bool operator ==(GgufString left, GgufString right) => left.Equals(right);

    /// <summary>Compares bytes.</summary>
    public static bool operator !=(GgufString left, GgufString right) => !left.Equals(right);

    /// <summary>What stands before the first zero byte: the string as C sees it.</summary>
    internal GgufString UpToNul()
    {
        var nul = Bytes.IndexOf((byte)0);
        return nul < 0 ? this : new GgufString(_bytes[..nul]);
    }

    /// <summary>The first bytes of it, which may end inside a character.</summary>
    internal GgufString Truncate(int maxBytes) => _bytes.Length <= maxBytes ? this : new GgufString(_bytes[..maxBytes]);

    /// <inheritdoc/>
    public bool Equals(GgufString other) => Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is GgufString other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <summary>Decodes the bytes as UTF-8; invalid ones become U+FFFD.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Bytes);
}
