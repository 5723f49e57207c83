using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace GGUFPacker.Oci.Content;

/// <summary>Reads and writes the members of OCI's JSON objects, with limits on what a stranger's JSON may hold.</summary>
internal static class JsonMembers
{
    /// <summary>The largest manifest or index that is read; registries refuse larger ones.</summary>
    public const int MaxManifestSize = 4 << 20;

    /// <summary>The largest config that is read: a model's config holds its whole GGUF header.</summary>
    public const int MaxConfigSize = 64 << 20;

    private const int MaxDepth = 64;

    // Registries and runtimes read these bytes, no browser does: text stays readable and short.
    private static readonly JsonWriterOptions s_writer = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = false };

    /// <summary>Parses a JSON object; <paramref name="what"/> names it in messages.</summary>
    public static JsonElement ParseObject(ReadOnlyMemory<byte> json, int limit, string what)
    {
        if (json.Length > limit)
        {
            throw new ContentException($"The {what} has {json.Length} bytes; more than {limit} are not read.");
        }

        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new ContentException($"The {what} is no JSON object.");
        }
        catch (JsonException exception)
        {
            throw new ContentException($"The {what} is no JSON: {exception.Message}", exception);
        }
    }

    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, s_writer))
        {
            write(writer);
        }

        return buffer.ToArray();
    }

    public static string? Text(JsonElement owner, string name) =>
        !Has(owner, name, out var member) ? null
        : member.ValueKind == JsonValueKind.String ? member.GetString()
        : throw Wrong(name, "a string");

    public static bool Flag(JsonElement owner, string name) =>
        Has(owner, name, out var member)
            && (member.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => throw Wrong(name, "true or false") });

    public static ImmutableArray<T> List<T>(JsonElement owner, string name, Func<JsonElement, T> item)
    {
        if (!Has(owner, name, out var member))
        {
            return [];
        }

        return member.ValueKind == JsonValueKind.Array ? [.. member.EnumerateArray().Select(item)] : throw Wrong(name, "an array");
    }

    public static T? Object<T>(JsonElement owner, string name, Func<JsonElement, T> read) where T : class =>
        Has(owner, name, out var member) ? read(member) : null;

    public static ImmutableSortedDictionary<string, string> Annotations(JsonElement owner)
    {
        if (!Has(owner, "annotations", out var member))
        {
            return ImmutableSortedDictionary<string, string>.Empty;
        }

        var annotations = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var property in RequireObject(member, "annotations").EnumerateObject())
        {
            annotations[property.Name] = property.Value.ValueKind == JsonValueKind.String
                ? property.Value.GetString()!
                : throw Wrong(property.Name, "a string");
        }

        return annotations.ToImmutable();
    }

    /// <summary>The members that are not among the known ones, in their order.</summary>
    public static ImmutableArray<KeyValuePair<string, JsonElement>> Others(JsonElement owner, params ReadOnlySpan<string> known)
    {
        var others = ImmutableArray.CreateBuilder<KeyValuePair<string, JsonElement>>();
        foreach (var property in owner.EnumerateObject())
        {
            if (!known.Contains(property.Name))
            {
                others.Add(new(property.Name, property.Value.Clone()));
            }
        }

        return others.DrainToImmutable();
    }

    public static JsonElement RequireObject(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object ? element : throw Wrong(name, "an object");

    public static void WriteText(this Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    public static void WriteAnnotations(this Utf8JsonWriter writer, ImmutableSortedDictionary<string, string> annotations)
    {
        if (annotations.IsEmpty)
        {
            return;
        }

        writer.WriteStartObject("annotations");
        foreach (var (key, value) in annotations.OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            writer.WriteString(key, value);
        }

        writer.WriteEndObject();
    }

    public static void WriteOthers(this Utf8JsonWriter writer, ImmutableArray<KeyValuePair<string, JsonElement>> members)
    {
        foreach (var (name, value) in members)
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
    }

    public static ContentException Wrong(string name, string expected) => new($"The member '{name}' is not {expected}.");

    private static bool Has(JsonElement owner, string name, out JsonElement member) =>
        owner.TryGetProperty(name, out member) && member.ValueKind != JsonValueKind.Null;
}
