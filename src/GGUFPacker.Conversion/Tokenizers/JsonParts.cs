using System.Text.Json;
using System.Text.Unicode;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>
/// Reads a large JSON file of a tokenizer piece by piece: its long lists as they come, and the small parts beside them as elements. Whatever is wrong is a
/// <see cref="CheckpointException"/> that names the file.
/// </summary>
internal static class JsonParts
{
    /// <summary>The most bytes of a part that is kept as an element; the largest known one, a compiled character map, has 320 KB.</summary>
    public const int MaximumPartBytes = 16 << 20;

    /// <summary>Reads the member that the reader stands before; its value is read, or skipped, by the callee.</summary>
    public delegate void MemberReader(ref Utf8JsonReader reader, string name);

    /// <summary>Reads a file that holds an object, member by member.</summary>
    /// <exception cref="CheckpointException">It is missing, too large, no UTF-8, no JSON or no object.</exception>
    public static void ReadFile(CheckpointFiles files, string name, MemberReader read)
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

        try
        {
            var reader = new Utf8JsonReader(bytes);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new CheckpointException($"'{name}' of the checkpoint '{files.Name}' is no JSON object.");
            }

            ReadMembers(ref reader, read);

            // Nothing may follow.
            reader.Read();
        }
        catch (JsonException exception)
        {
            throw new CheckpointException($"'{name}' of the checkpoint '{files.Name}' is not valid JSON: {exception.Message}", exception);
        }
    }

    /// <summary>Reads the members of the object that the reader stands at.</summary>
    public static void ReadMembers(ref Utf8JsonReader reader, MemberReader read)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            read(ref reader, name);
        }
    }

    /// <summary>Moves to the next element of the list that the reader stands in.</summary>
    /// <returns>False at its end.</returns>
    public static bool TryReadElement(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType != JsonTokenType.EndArray;

    /// <summary>The value that the reader stands at, as an element.</summary>
    /// <exception cref="CheckpointException">It is too large.</exception>
    public static JsonElement ReadElement(ref Utf8JsonReader reader, string name)
    {
        var end = reader;
        end.Skip();
        var length = end.BytesConsumed - reader.TokenStartIndex;
        return length <= MaximumPartBytes
            ? JsonElement.ParseValue(ref reader)
            : throw new CheckpointException($"{name} has a part of {length} bytes; at most {MaximumPartBytes} are read.");
    }
}
