using System.Text.Json;
using GGUFPacker.Packerfile;

namespace GGUFPacker.Build.Checks;

/// <summary>The stages of a file that can be built: <c>gguf-packer build --call targets</c>, BuildKit's <c>frontend.targets</c>.</summary>
/// <param name="Document">The file.</param>
/// <param name="Text">The file's bytes.</param>
public sealed record TargetList(PackerfileDocument Document, ReadOnlyMemory<byte> Text)
{
    /// <summary>Writes the list for people.</summary>
    public void WriteText(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var lines = new List<string[]> { new[] { "TARGET", "DESCRIPTION" } };
        foreach (var stage in Document.Stages)
        {
            var mark = stage == Document.Stages[^1] ? "(default)" : "";
            lines.Add([stage.Name is null ? mark : $"{stage.Name} {mark}".TrimEnd(), stage.From.Description ?? ""]);
        }

        TextColumns.Write(writer, padding: 1, lines);
    }

    /// <summary>Writes the list for programs.</summary>
    public void WriteJson(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteStartArray("targets");
        foreach (var stage in Document.Stages)
        {
            writer.WriteStartObject();
            WriteText(writer, "name", stage.Name);
            if (stage == Document.Stages[^1])
            {
                writer.WriteBoolean("default", true);
            }

            WriteText(writer, "description", stage.From.Description);
            WriteText(writer, "base", stage.From.BaseName);
            WriteText(writer, "platform", stage.From.Platform);
            SourceLocation.Write(writer, stage.From.Span);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("sources");
        writer.WriteBase64StringValue(Text.Span);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            writer.WriteString(name, value);
        }
    }
}
