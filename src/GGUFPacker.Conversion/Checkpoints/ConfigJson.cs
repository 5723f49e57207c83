using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace GGUFPacker.Conversion.Checkpoints;

/// <summary>Reads the small JSON files of a checkpoint (configurations, indexes), with limits and errors that name the file.</summary>
internal static class ConfigJson
{
    /// <summary>The largest configuration or index that is read; the index of a model with 100,000 tensors has about 10 MB.</summary>
    public const int MaximumBytes = 64 << 20;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 128 };

    /// <summary>Reads a JSON object, or returns null if there is no such file.</summary>
    /// <exception cref="CheckpointException">The file cannot be read or holds no JSON object.</exception>
    public static JsonElement? ReadObject(CheckpointFiles files, string name)
    {
        if (!files.Exists(name))
        {
            return null;
        }

        var root = Parse(files.ReadAllBytes(name, MaximumBytes), name);
        return root.ValueKind == JsonValueKind.Object
            ? root
            : throw new CheckpointException($"Cannot read '{name}' of the checkpoint '{files.Name}': it must hold a JSON object.");
    }

    /// <summary>
    /// Parses JSON as Python's json module does: NaN and Infinity are numbers (kept as the strings of these names), the last of equal keys wins.
    /// </summary>
    /// <exception cref="CheckpointException">The bytes are no JSON; the message names <paramref name="name"/>.</exception>
    public static JsonElement Parse(byte[] bytes, string name)
    {
        try
        {
            return ParseDocument(bytes);
        }
        catch (JsonException exception)
        {
            // Configurations of state space models hold Infinity, which JSON does not know.
            if (TryQuoteNonFinite(bytes, out var quoted))
            {
                try
                {
                    return ParseDocument(quoted);
                }
                catch (JsonException)
                {
                    // The first message has the position in the file as it is.
                }
            }

            throw new CheckpointException($"Cannot read '{name}': it is not valid JSON ({exception.Message})", exception);
        }
    }

    private static JsonElement ParseDocument(byte[] bytes)
    {
        if (!Utf8.IsValid(bytes))
        {
            throw new JsonException("the text is not UTF-8");
        }

        using var document = JsonDocument.Parse(bytes, Options);
        if (bytes.AsSpan().IndexOf("\\ud"u8) >= 0 || bytes.AsSpan().IndexOf("\\uD"u8) >= 0)
        {
            RejectLoneSurrogates(document.RootElement);
        }

        return document.RootElement.Clone();
    }

    /// <summary>
    /// An escaped half of a surrogate pair passes the parser and fails only when the string is asked for; it cannot be written as UTF-8 anyway.
    /// </summary>
    private static void RejectLoneSurrogates(JsonElement element)
    {
        try
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.String:
                    element.GetString();
                    break;
                case JsonValueKind.Array:
                    foreach (var item in element.EnumerateArray())
                    {
                        RejectLoneSurrogates(item);
                    }

                    break;
                case JsonValueKind.Object:
                    foreach (var property in element.EnumerateObject())
                    {
                        _ = property.Name;
                        RejectLoneSurrogates(property.Value);
                    }

                    break;
            }
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException("a string holds half of a surrogate pair", exception);
        }
    }

    private static bool TryQuoteNonFinite(byte[] bytes, out byte[] quoted)
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
