using System.Text.Json;

namespace GGUFPacker.Packerfile.Syntax;

/// <summary>
/// The frontend that a file asks for: <c># syntax=image args</c>, <c>// syntax=image</c> or <c>{"syntax": "image"}</c>,
/// after a byte order mark or a first line <c>#!…</c>.
/// </summary>
/// <param name="Image">The image, up to the first blank.</param>
/// <param name="Value">All of it.</param>
/// <param name="Line">The line from 1; for JSON the number of lines before it.</param>
public sealed record SyntaxDirective(string Image, string Value, int Line)
{
    /// <summary>Reads the <c>syntax</c> of a file in any of its forms; null if it names none.</summary>
    public static SyntaxDirective? Detect(ReadOnlySpan<byte> text) => Find("syntax", text, anyForm: true);

    /// <summary>Reads a directive that is written as a <c>#</c> comment; null if it is not there.</summary>
    /// <param name="name">syntax, escape or check.</param>
    /// <param name="text">The file.</param>
    public static SyntaxDirective? Find(string name, ReadOnlySpan<byte> text) => Find(name, text, anyForm: false);

    private static SyntaxDirective? Find(string name, ReadOnlySpan<byte> text, bool anyForm)
    {
        if (text.StartsWith("\uFEFF"u8))
        {
            text = text[3..];
        }

        var linesBefore = 0;
        if (text.StartsWith("#!"u8))
        {
            var end = text.IndexOf((byte)'\n');
            text = end < 0 ? [] : text[(end + 1)..];
            linesBefore = 1;
        }

        return FindLine(name, text, "#", linesBefore)
            ?? (anyForm ? FindLine(name, text, "//", linesBefore) ?? FindJson(name, text, linesBefore) : null);
    }

    private static SyntaxDirective? FindLine(string name, ReadOnlySpan<byte> text, string commentMark, int line)
    {
        var reader = new DirectiveReader(commentMark);
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'\n');
            var current = end < 0 ? text : text[..end];
            text = end < 0 ? [] : text[(end + 1)..];
            line++;
            if (current.Length > PackerfileLimits.LineLength)
            {
                return null;
            }

            var currentText = SourceText.Decode(current.EndsWith((byte)'\r') ? current[..^1] : current);
            if (reader.Read(currentText, out var found, out var value) != DirectiveLine.Directive)
            {
                return null;
            }

            if (found == name)
            {
                return new(value.Split(' ', 2)[0], value, line);
            }
        }

        return null;
    }

    private static SyntaxDirective? FindJson(string name, ReadOnlySpan<byte> text, int line)
    {
        try
        {
            var reader = new Utf8JsonReader(text);
            using var document = JsonDocument.ParseValue(ref reader);
            return !reader.Read()
                && document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty(name, out var property)
                && property.ValueKind == JsonValueKind.String
                && property.GetString() is { } value
                    ? new(value, value, line)
                    : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON at all is the normal case.
            return null;
        }
    }
}
