using System.Buffers;
using System.Text.Json;

namespace GGUFPacker.Conversion.Checkpoints;

/// <summary>
/// JSON elements of values that a configuration lacks. They are written one by one: a serializer would take longer to start than a conversion to plan.
/// </summary>
internal static class JsonElements
{
    /// <summary>The element <c>null</c>.</summary>
    public static JsonElement Null { get; } = JsonElement.Parse("null"u8);

    /// <summary>A whole number.</summary>
    public static JsonElement Of(long value) => Write(writer => writer.WriteNumberValue(value));

    /// <summary>A number.</summary>
    public static JsonElement Of(double value) => Write(writer => writer.WriteNumberValue(value));

    /// <summary>A text.</summary>
    public static JsonElement Of(string value) => Write(writer => writer.WriteStringValue(value));

    /// <summary>A list of whole numbers.</summary>
    public static JsonElement Of(IEnumerable<long> values) => OfList(values.Select(Of));

    /// <summary>A list of texts.</summary>
    public static JsonElement Of(IEnumerable<string> values) => OfList(values.Select(Of));

    /// <summary>A list with the same value again and again.</summary>
    public static JsonElement Repeat(JsonElement value, int count) => OfList(Enumerable.Repeat(value, count));

    /// <summary>An object.</summary>
    public static JsonElement Of(IEnumerable<KeyValuePair<string, JsonElement>> members) => Write(writer =>
    {
        writer.WriteStartObject();
        foreach (var (name, value) in members)
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }

        writer.WriteEndObject();
    });

    private static JsonElement OfList(IEnumerable<JsonElement> values) => Write(writer =>
    {
        writer.WriteStartArray();
        foreach (var value in values)
        {
            value.WriteTo(writer);
        }

        writer.WriteEndArray();
    });

    private static JsonElement Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            write(writer);
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }
}
