using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace GGUFPacker.Packerfile.Syntax;

/// <summary>
/// The JSON form of arguments, <c>["a b", "c"]</c>. What is no valid JSON is no JSON form and read as words;
/// a valid array that holds other things than strings is an error. Strings are decoded as Go does:
/// U+FFFD for half a surrogate pair.
/// </summary>
internal static class JsonArguments
{
    /// <summary>Reads the form.</summary>
    /// <param name="text">The arguments.</param>
    /// <param name="arguments">The strings of the array.</param>
    public static JsonForm Read(string text, out ImmutableArray<string> arguments)
    {
        arguments = [];
        var trimmed = text.TrimStart();
        if (!trimmed.StartsWith('['))
        {
            return JsonForm.None;
        }

        var items = ImmutableArray.CreateBuilder<string>();
        var onlyStrings = true;
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(SourceText.Scrub(trimmed)), new JsonReaderOptions { MaxDepth = PackerfileLimits.JsonDepth });
            reader.Read();
            while (reader.Read())
            {
                if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.String)
                {
                    items.Add(Unescape(Encoding.UTF8.GetString(reader.ValueSpan)));
                }
                else if (reader.CurrentDepth > 0)
                {
                    onlyStrings = false;
                }
            }
        }
        catch (JsonException)
        {
            return JsonForm.None;
        }

        arguments = items.ToImmutable();
        return onlyStrings ? JsonForm.Strings : JsonForm.OtherValues;
    }

    private static string Unescape(string raw)
    {
        if (!raw.Contains('\\', StringComparison.Ordinal))
        {
            return raw;
        }

        // The reader has checked the escapes, so every index is there.
        var text = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                text.Append(raw[i]);
                continue;
            }

            i++;
            text.Append(raw[i] switch
            {
                'b' => '\b',
                'f' => '\f',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => (char)ushort.Parse(raw.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
                var other => other,
            });
            i += raw[i] == 'u' ? 4 : 0;
        }

        return SourceText.Scrub(text.ToString());
    }
}
