using System.Collections.Frozen;
using System.Text;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>
/// GPT-2's alphabet for bytes: each byte is a printable character, so that a BPE over characters is one over bytes. Printable Latin-1 stands for itself,
/// the other 68 bytes are U+0100 and up (a space is U+0120).
/// </summary>
internal static class ByteLevelAlphabet
{
    private static readonly char[] Characters = Build();

    private static readonly FrozenDictionary<char, byte> Bytes =
        Enumerable.Range(0, 256).ToFrozenDictionary(value => Characters[value], value => (byte)value);

    /// <summary>Writes a text's UTF-8 bytes in the alphabet.</summary>
    public static string Encode(ReadOnlySpan<char> text)
    {
        var utf8 = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, utf8);
        return string.Create(utf8.Length, utf8, static (span, bytes) =>
        {
            for (var index = 0; index < span.Length; index++)
            {
                span[index] = Characters[bytes[index]];
            }
        });
    }

    /// <summary>Writes bytes in the alphabet, of which each is a character here (Latin-1).</summary>
    public static string EncodeLatin1(ReadOnlySpan<char> bytes)
    {
        var result = new char[bytes.Length];
        for (var index = 0; index < result.Length; index++)
        {
            result[index] = Characters[bytes[index]];
        }

        return new string(result);
    }

    /// <summary>Reads text in the alphabet; a text with a character outside it stands for itself. Bytes that are no UTF-8 become U+FFFD.</summary>
    public static string Decode(string text)
    {
        var bytes = new byte[text.Length];
        for (var index = 0; index < text.Length; index++)
        {
            if (!Bytes.TryGetValue(text[index], out bytes[index]))
            {
                return text;
            }
        }

        return Encoding.UTF8.GetString(bytes);
    }

    private static char[] Build()
    {
        var characters = new char[256];
        var next = 256;
        for (var value = 0; value < 256; value++)
        {
            var printable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            characters[value] = (char)(printable ? value : next++);
        }

        return characters;
    }
}
