using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Unicode;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Safetensors;

/// <summary>
/// Parses and checks the JSON header of a safetensors file by the rules of the safetensors library: the tensors' byte ranges must cover the data
/// without holes and without overlap, and each must have the length that type and shape ask for.
/// </summary>
internal static class SafetensorsHeader
{
    /// <summary>The largest header, the library's own limit.</summary>
    public const int MaximumBytes = 100_000_000;

    /// <summary>More dimensions than any tensor of a model has.</summary>
    public const int MaximumDimensions = 16;

    /// <summary>Parses the header.</summary>
    /// <param name="json">The header's bytes.</param>
    /// <param name="dataLength">The number of bytes behind the header.</param>
    /// <param name="fileName">The file's name for errors.</param>
    /// <returns>The tensors in ordinal order of their names, in which llama.cpp's converter takes them.</returns>
    /// <exception cref="CheckpointException">The header breaks a rule.</exception>
    public static ImmutableArray<SafetensorsEntry> Parse(ReadOnlySpan<byte> json, long dataLength, string fileName)
    {
        if (!Utf8.IsValid(json))
        {
            throw Error(fileName, "its header is not UTF-8");
        }

        var entries = new Dictionary<string, SafetensorsEntry>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
        try
        {
            Read(ref reader, entries, fileName);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new CheckpointException($"Cannot read '{fileName}': its header is not the JSON of a safetensors file ({exception.Message})", exception);
        }

        CheckLayout(entries.Values, dataLength, fileName);
        return [.. entries.Values.OrderBy(entry => entry.Name, CodePointComparer.Instance)];
    }

    private static void Read(ref Utf8JsonReader reader, Dictionary<string, SafetensorsEntry> entries, string fileName)
    {
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (name == "__metadata__")
            {
                ReadMetadata(ref reader);
                continue;
            }

            if (!entries.TryAdd(name, ReadEntry(ref reader, name, fileName)))
            {
                throw Error(fileName, $"its header names the tensor '{name}' twice");
            }
        }

        while (reader.Read())
        {
            // The library pads the header with spaces; the reader throws if anything else follows.
        }
    }

    /// <summary>Free texts by key, or null; nothing here needs them.</summary>
    private static void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (reader.Read() && reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("__metadata__ must be an object");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            Expect(ref reader, JsonTokenType.String);
        }
    }

    private static SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name, string fileName)
    {
        ElementType? type = null;
        ImmutableArray<long>? shape = null;
        ImmutableArray<long>? offsets = null;
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            switch (reader.GetString())
            {
                case "dtype" when type is null:
                    Expect(ref reader, JsonTokenType.String);
                    var typeName = reader.GetString()!;
                    type = ElementTypes.TryParse(typeName, out var known)
                        ? known
                        : throw Error(fileName, $"the type '{typeName}' of the tensor '{name}' is unknown");
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref reader, MaximumDimensions, name, fileName);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(ref reader, 2, name, fileName);
                    break;
                case var key:
                    throw Error(fileName, $"the tensor '{name}' has the key '{key}' twice or should not have it");
            }
        }

        return type is { } elementType && shape is { } dimensions && offsets is [var begin, var end]
            ? new SafetensorsEntry(name, elementType, dimensions, begin, end)
            : throw Error(fileName, $"the tensor '{name}' needs dtype, shape and two data_offsets");
    }

    private static ImmutableArray<long> ReadNumbers(ref Utf8JsonReader reader, int maximum, string name, string fileName)
    {
        var numbers = ImmutableArray.CreateBuilder<long>();
        Expect(ref reader, JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType == JsonTokenType.Number)
        {
            if (!reader.TryGetInt64(out var number) || number < 0 || numbers.Count == maximum)
            {
                throw Error(fileName, $"the shape or the data_offsets of the tensor '{name}' are not at most {maximum} whole numbers of 0 or more");
            }

            numbers.Add(number);
        }

        return reader.TokenType == JsonTokenType.EndArray ? numbers.ToImmutable() : throw new JsonException("a number was expected");
    }

    private static void CheckLayout(IEnumerable<SafetensorsEntry> entries, long dataLength, string fileName)
    {
        var position = 0L;
        foreach (var entry in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.Begin != position || entry.End < entry.Begin)
            {
                throw Error(
                    fileName,
                    $"the data of the tensor '{entry.Name}' begins at byte {entry.Begin} and ends at {entry.End}, but the data before it ends at {position}");
            }

            if (entry.End - entry.Begin != ByteLength(entry))
            {
                throw Error(
                    fileName,
                    $"the tensor '{entry.Name}' of type {entry.Type} and shape [{string.Join(", ", entry.Shape)}] has {entry.End - entry.Begin} bytes,"
                    + " which does not fit");
            }

            position = entry.End;
        }

        if (position != dataLength)
        {
            var fault = position > dataLength ? "truncated" : "too long";
            throw Error(fileName, $"its tensors need {position} bytes of data, but the file has {dataLength}; it is {fault}");
        }
    }

    /// <summary>
    /// The bytes that type and shape ask for, or -1 if that is no whole number of bytes or too many to count. The other dimensions of an empty tensor
    /// must be countable, too, because its rows are.
    /// </summary>
    private static long ByteLength(SafetensorsEntry entry)
    {
        var bits = (Int128)entry.Type.Bits;
        foreach (var dimension in entry.Shape)
        {
            bits *= Math.Max(dimension, 1);
            if (bits > long.MaxValue)
            {
                return -1;
            }
        }

        return entry.Shape.Contains(0) ? 0 : bits % 8 == 0 ? (long)(bits / 8) : -1;
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (!reader.Read() || reader.TokenType != type)
        {
            throw new JsonException($"a token of the kind {type} was expected");
        }
    }

    private static CheckpointException Error(string fileName, string what) => new($"Cannot read '{fileName}': {what}.");
}
