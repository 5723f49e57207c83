using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace GGUFPacker.Cli.Output;

/// <summary>JSON for people and programs: letters as they are.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    /// <summary>Writes a document and a line end.</summary>
    public static void Write(TextWriter writer, Action<Utf8JsonWriter> write) => writer.WriteLine(Text(write, Options));

    /// <summary>A document in one line.</summary>
    public static string Line(Action<Utf8JsonWriter> write) => Text(write, Options with { Indented = false });

    private static string Text(Action<Utf8JsonWriter> write, JsonWriterOptions options)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }
}
