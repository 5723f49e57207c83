using System.Text.Json;
using System.Text.Unicode;

namespace GGUFPacker.Conversion.Checkpoints;

/// <summary>Reads the JSON files of a checkpoint. Whatever is wrong with one is a <see cref="CheckpointException"/> that names it.</summary>
internal static class CheckpointJson
{
    /// <summary>Parses a file. The caller disposes the document.</summary>
    /// <exception cref="CheckpointException">The file is missing, too large, no UTF-8 or no JSON.</exception>
    public static JsonDocument Open(CheckpointFiles files, string name)
    {
        var bytes = files.ReadAllBytes(name);
        if (!Utf8.IsValid(bytes))
        {
            throw new CheckpointException($"'{name}' of the checkpoint '{files.Name}' is not UTF-8.");
        }

        if (!JsonEscapes.AreValid(bytes))
        {
            throw new CheckpointException($"'{name}' of the checkpoint '{files.Name}' has a string that is no valid Unicode text: half of a surrogate pair.");
        }

        return Parse(files, name, bytes);
    }

    /// <summary>Parses a small file into an element that needs no disposal.</summary>
    /// <exception cref="CheckpointException">The file is missing, too large, no UTF-8, no JSON or no JSON object.</exception>
    public static JsonElement ReadObject(CheckpointFiles files, string name)
    {
        using var document = Open(files, name);
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? document.RootElement.Clone()
            : throw new CheckpointException($"'{name}' of the checkpoint '{files.Name}' is no JSON object.");
    }

    /// <summary>Like <see cref="ReadObject"/>, but null if there is no such file.</summary>
    public static JsonElement? ReadObjectIfPresent(CheckpointFiles files, string name) => files.Exists(name) ? ReadObject(files, name) : null;

    /// <summary>A property that is there and not null.</summary>
    public static JsonElement? Property(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A property that is a string; else null.</summary>
    public static string? Text(this JsonElement element, string name) =>
        element.Property(name) is { ValueKind: JsonValueKind.String } value ? value.Unescape() : null;

    /// <summary>A property that is true or false; else null.</summary>
    public static bool? Flag(this JsonElement element, string name) => element.Property(name)?.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    /// <summary>The whole number that an element is.</summary>
    public static bool TryGetInteger(this JsonElement element, out long value)
    {
        value = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out value);
    }

    /// <summary>The elements of a property that is an array; else none.</summary>
    public static IEnumerable<JsonElement> Elements(this JsonElement element, string name) =>
        element.Property(name) is { ValueKind: JsonValueKind.Array } value ? value.EnumerateArray() : [];

    /// <summary>The members of a property that is an object, in the file's order; else none.</summary>
    public static IEnumerable<JsonProperty> Members(this JsonElement element, string name) =>
        element.Property(name) is { ValueKind: JsonValueKind.Object } value ? value.EnumerateObject() : [];

    /// <summary>The text of a string element.</summary>
    /// <exception cref="CheckpointException">It holds half of a surrogate pair, which no UTF-8 text can.</exception>
    public static string Unescape(this JsonElement element)
    {
        try
        {
            return element.GetString() ?? throw new CheckpointException("A JSON file of the checkpoint has null where a string must be.");
        }
        catch (InvalidOperationException exception)
        {
            throw new CheckpointException($"A JSON file of the checkpoint has a string that is no valid Unicode text: {element.GetRawText()}", exception);
        }
    }

    /// <summary>The name of a member.</summary>
    /// <exception cref="CheckpointException">It holds half of a surrogate pair, which no UTF-8 text can.</exception>
    public static string UnescapedName(this JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException exception)
        {
            throw new CheckpointException("A JSON file of the checkpoint has a member whose name is no valid Unicode text.", exception);
        }
    }

    private static JsonDocument Parse(CheckpointFiles files, string name, byte[] bytes)
    {
        try
        {
            return JsonDocument.Parse(bytes);
        }
        catch (JsonException) when (TryReplaceNonFiniteNumbers(bytes))
        {
            return Parse(files, name, bytes);
        }
        catch (JsonException exception)
        {
            throw new CheckpointException($"'{name}' of the checkpoint '{files.Name}' is not valid JSON: {exception.Message}", exception);
        }
    }

    // Python writes Infinity and NaN, which JSON does not have. Infinity becomes a number beyond all others of the same length, NaN the number 0.
    private static bool TryReplaceNonFiniteNumbers(Span<byte> json)
    {
        var isReplaced = false;
        var position = 0;
        while (position < json.Length)
        {
            var next = json[position..].IndexOfAny("\"IN"u8);
            if (next < 0)
            {
                break;
            }

            position += next;
            var rest = json[position..];
            if (rest[0] == '"')
            {
                position += LengthOfString(rest);
            }
            else if (rest.StartsWith("Infinity"u8))
            {
                "1e999999"u8.CopyTo(rest);
                position += 8;
                isReplaced = true;
            }
            else if (rest.StartsWith("NaN"u8))
            {
                "0.0"u8.CopyTo(rest);
                position += 3;
                isReplaced = true;
            }
            else
            {
                position++;
            }
        }

        return isReplaced;
    }

    private static int LengthOfString(ReadOnlySpan<byte> json)
    {
        var length = 1;
        while (length < json.Length)
        {
            var next = json[length..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0)
            {
                return json.Length;
            }

            length += next + 1;
            if (json[length - 1] == '"')
            {
                return length;
            }

            length++;
        }

        return json.Length;
    }
}
