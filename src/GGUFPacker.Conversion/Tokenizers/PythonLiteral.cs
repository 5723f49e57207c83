using System.Globalization;
using System.Text;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>Strings and bytes as Python writes them: 'a', "it's", b'\xff'.</summary>
internal static class PythonLiteral
{
    /// <summary>The bytes of a literal, those of a string in UTF-8; null if it is none.</summary>
    public static byte[]? ReadBytes(ReadOnlySpan<char> literal)
    {
        var isBytes = literal.StartsWith("b");
        var text = isBytes ? literal[1..] : literal;
        if (text.Length < 2 || text[0] is not ('\'' or '"') || text[^1] != text[0])
        {
            return null;
        }

        var quote = text[0];
        var rest = text[1..^1];
        var bytes = new List<byte>();
        Span<byte> utf8 = stackalloc byte[4];
        while (!rest.IsEmpty)
        {
            int value;
            if (rest[0] == '\\')
            {
                if (!TryReadEscape(ref rest, isBytes, out value))
                {
                    return null;
                }
            }
            else if (rest[0] == quote || Rune.DecodeFromUtf16(rest, out var rune, out var consumed) != System.Buffers.OperationStatus.Done)
            {
                return null;
            }
            else
            {
                value = rune.Value;
                rest = rest[consumed..];
            }

            if (isBytes)
            {
                if (value > 0xFF)
                {
                    return null;
                }

                bytes.Add((byte)value);
            }
            else if (Rune.TryCreate(value, out var character))
            {
                bytes.AddRange(utf8[..character.EncodeToUtf8(utf8)]);
            }
            else
            {
                return null;
            }
        }

        return [.. bytes];
    }

    /// <summary>What stands between the quotes when Python writes bytes: printable ASCII as it is, and escapes.</summary>
    public static string Escape(ReadOnlySpan<byte> bytes)
    {
        // Python takes double quotes where that saves an escape.
        var escapesQuote = bytes.Contains((byte)'\'') && bytes.Contains((byte)'"');
        var text = new StringBuilder(bytes.Length);
        foreach (var value in bytes)
        {
            _ = value switch
            {
                (byte)'\\' => text.Append(@"\\"),
                (byte)'\'' when escapesQuote => text.Append(@"\'"),
                (byte)'\t' => text.Append(@"\t"),
                (byte)'\n' => text.Append(@"\n"),
                (byte)'\r' => text.Append(@"\r"),
                >= 0x20 and < 0x7F => text.Append((char)value),
                _ => text.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}"),
            };
        }

        return text.ToString();
    }

    private static bool TryReadEscape(ref ReadOnlySpan<char> rest, bool isBytes, out int value)
    {
        value = 0;
        if (rest.Length < 2)
        {
            return false;
        }

        var kind = rest[1];
        rest = rest[2..];
        switch (kind)
        {
            case 'x':
                return TryReadDigits(ref rest, 2, out value);
            case 'u' when !isBytes:
                return TryReadDigits(ref rest, 4, out value);
            case 'U' when !isBytes:
                return TryReadDigits(ref rest, 8, out value);
            case >= '0' and <= '7':
                value = kind - '0';
                for (var count = 1; count < 3 && !rest.IsEmpty && rest[0] is >= '0' and <= '7'; count++)
                {
                    value = (value * 8) + rest[0] - '0';
                    rest = rest[1..];
                }

                return true;
            default:
                value = kind switch
                {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'a' => 7,
                    'b' => 8,
                    'f' => 12,
                    'v' => 11,
                    '\\' or '\'' or '"' => kind,
                    _ => -1,
                };
                return value >= 0;
        }
    }

    private static bool TryReadDigits(ref ReadOnlySpan<char> rest, int count, out int value)
    {
        value = 0;
        if (rest.Length < count || !int.TryParse(rest[..count], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value) || value < 0)
        {
            return false;
        }

        rest = rest[count..];
        return true;
    }
}
