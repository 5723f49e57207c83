using System.Text.Json;
using System.Text.Unicode;

namespace GGUFPacker.Conversion.Checkpoints;

/// <summary>
/// Reads the JSON files of a checkpoint as Python's json module does: NaN and Infinity are numbers (kept as strings of these names), the last of equal keys
/// wins. Whatever is wrong with a file is a <see cref="CheckpointException"/> that names it.
/// </summary>
internal static class CheckpointJson
{
    /// <summary>The largest configuration or index that is read; the index of a model with 100,000 tensors has about 10 MB.</summary>
    public const int MaximumBytes = 64 << 20;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 128 };

    /// <summary>Parses a file, which may be as large as a tokenizer. The caller disposes the document.</summary>
    /// <exception cref="CheckpointException">The file is missing, too large, no UTF-8 or no JSON.</exception>
    public static JsonDocument Open(CheckpointFiles files, string name) =>
        ParseDocument(files.ReadAllBytes(name), $"'{name}' of the checkpoint '{files.Name}'");

    /// <summary>Parses a configuration into an element that needs no disposal.</summary>
    /// <exception cref="CheckpointException">The file is missing, too large, no UTF-8, no JSON or no JSON object.</exception>
    public static JsonElement ReadObject(CheckpointFiles files, string name)
    {
        var title = $"'{name}' of the checkpoint '{files.Name}'";
        using var document = ParseDocument(files.ReadAllBytes(name, MaximumBytes), title);
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? document.RootElement.Clone()
            : throw new CheckpointException($"{title} is no JSON object.");
    }

    /// <summary>Like <see cref="ReadObject"/>, but null if there is no such file.</summary>
    public static JsonElement? ReadObjectIfPresent(CheckpointFiles files, string name) => files.Exists(name) ? ReadObject(files, name) : null;

    /// <summary>Parses a text into an element that needs no disposal.</summary>
    /// <exception cref="CheckpointException">The bytes are no JSON; the message names <paramref name="name"/>.</exception>
    public static JsonElement Parse(byte[] bytes, string name)
    {
        using var document = ParseDocument(bytes, $"'{name}'");
        return document.RootElement.Clone();
    }

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

    private static JsonDocument ParseDocument(byte[] bytes, string title)
    {
        if (!Utf8.IsValid(bytes))
        {
            throw new CheckpointException($"{title} is not UTF-8.");
        }

        if (!JsonEscapes.AreValid(bytes))
        {
            throw new CheckpointException($"{title} has a string that is no valid Unicode text: half of a surrogate pair.");
        }

        try
        {
            return JsonDocument.Parse(bytes, Options);
        }
        catch (JsonException exception)
        {
            // Python writes Infinity and NaN, which JSON does not know.
            if (NonFiniteNumbers.TryQuote(bytes, out var quoted))
            {
                try
                {
                    return JsonDocument.Parse(quoted, Options);
                }
                catch (JsonException)
                {
                    // The first message has the position in the file as it is.
                }
            }

            throw new CheckpointException($"{title} is not valid JSON: {exception.Message}", exception);
        }
    }
}
