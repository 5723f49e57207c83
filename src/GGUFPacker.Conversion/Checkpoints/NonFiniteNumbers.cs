using System.Text;

namespace GGUFPacker.Conversion.Checkpoints;

/// <summary>The numbers NaN, Infinity and -Infinity, which Python's json module writes and JSON does not know.</summary>
internal static class NonFiniteNumbers
{
    /// <summary>Puts them into quotes, so that they are strings.</summary>
    /// <param name="bytes">The text, UTF-8.</param>
    /// <param name="quoted">The text with quotes.</param>
    /// <returns>Whether there are any.</returns>
    public static bool TryQuote(byte[] bytes, out byte[] quoted)
    {
        ReadOnlySpan<byte> text = bytes;
        var output = new MemoryStream(bytes.Length + 64);
        var insideString = false;
        var found = false;
        for (var i = 0; i < text.Length; i++)
        {
            var current = text[i];
            if (insideString)
            {
                output.WriteByte(current);
                if (current == '\\' && i + 1 < text.Length)
                {
                    output.WriteByte(text[++i]);
                }

                insideString = current != '"';
                continue;
            }

            insideString = current == '"';
            var word = text[i..].StartsWith("NaN"u8) ? 3
                : text[i..].StartsWith("Infinity"u8) ? 8
                : text[i..].StartsWith("-Infinity"u8) ? 9
                : 0;
            if (word == 0)
            {
                output.WriteByte(current);
                continue;
            }

            found = true;
            output.Write(Encoding.ASCII.GetBytes($"\"{Encoding.ASCII.GetString(text.Slice(i, word))}\""));
            i += word - 1;
        }

        quoted = output.ToArray();
        return found;
    }
}
