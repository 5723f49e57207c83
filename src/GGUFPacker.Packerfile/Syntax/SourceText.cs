using System.Buffers;
using System.Text;

namespace GGUFPacker.Packerfile.Syntax;

/// <summary>
/// The bytes of a GGUFPackerfile as text and back, without loss. Bytes that are no UTF-8 become lone low surrogates
/// (U+DC80 to U+DCFF), which no valid text holds.
/// </summary>
public static class SourceText
{
    private const char Replacement = '\uFFFD';

    /// <summary>Reads bytes as text.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        Span<char> pair = stackalloc char[2];
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var length) == OperationStatus.Done)
            {
                text.Append(pair[..rune.EncodeToUtf16(pair)]);
            }
            else
            {
                // One byte at a time, as Go reads a string.
                text.Append((char)(0xDC00 + bytes[0]));
                length = 1;
            }

            bytes = bytes[length..];
        }

        return text.ToString();
    }

    /// <summary>The bytes that <see cref="Decode"/> made a text from; other lone surrogates become U+FFFD.</summary>
    public static byte[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var count = 0;
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var length) != OperationStatus.Done && rest[0] is >= '\uDC80' and <= '\uDCFF')
            {
                bytes[count++] = (byte)(rest[0] - 0xDC00);
            }
            else
            {
                count += rune.EncodeToUtf8(bytes.AsSpan(count));
            }

            rest = rest[length..];
        }

        return bytes[..count];
    }

    /// <summary>The text with U+FFFD for each byte that was no UTF-8, as a reader of characters sees it.</summary>
    internal static string Scrub(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return text;
        }

        var clean = text.ToCharArray();
        for (var i = 0; i < clean.Length; i++)
        {
            if (char.IsHighSurrogate(clean[i]) && i + 1 < clean.Length && char.IsLowSurrogate(clean[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(clean[i]))
            {
                clean[i] = Replacement;
            }
        }

        return new string(clean);
    }
}
