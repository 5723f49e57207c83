using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using GGUFPacker.Packerfile.Syntax;
using GGUFPacker.Testing;

namespace GGUFPacker.Packerfile.Tests;

/// <summary>Rows of recorded results: JSON arrays whose rows have names.</summary>
internal static class GoldenRows
{
    private static readonly ConcurrentDictionary<string, IReadOnlyList<JsonElement>> Files = new();

    public static IReadOnlyList<JsonElement> Read(params ReadOnlySpan<string> path) => Files.GetOrAdd(Goldens.Path(path), file =>
    {
        if (!File.Exists(file))
        {
            return [];
        }

        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        return [.. document.RootElement.Clone().EnumerateArray()];
    });

    public static IEnumerable<TheoryDataRow<string>> Names(params ReadOnlySpan<string> path) =>
        Read(path).Select(row => new TheoryDataRow<string>(row.GetProperty("name").GetString()!) { TestDisplayName = row.GetProperty("name").GetString() });

    public static JsonElement Row(string name, params ReadOnlySpan<string> path) =>
        Read(path).Single(row => row.GetProperty("name").GetString() == name);

    /// <summary>A text: a string, bytes in base64, or texts repeated.</summary>
    public static string Text(this JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            return element.GetString()!;
        }

        if (element.TryGetProperty("base64", out var base64))
        {
            return SourceText.Decode(base64.GetBytesFromBase64());
        }

        var text = new StringBuilder();
        foreach (var part in element.GetProperty("concat").EnumerateArray())
        {
            text.Insert(text.Length, part[0].GetString()!, part[1].GetInt32());
        }

        return text.ToString();
    }

    public static string? OptionalText(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.Text() : null;

    public static string[] Texts(this JsonElement element) => [.. element.EnumerateArray().Select(Text)];

    public static byte[] Bytes(this JsonElement element) => SourceText.Encode(element.Text());

    public static Dictionary<string, string> Variables(this JsonElement row) =>
        row.TryGetProperty("env", out var env) ? env.EnumerateObject().ToDictionary(v => v.Name, v => v.Value.Text()) : [];
}
