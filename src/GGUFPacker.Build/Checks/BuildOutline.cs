using System.Collections.Immutable;
using System.Text.Json;

namespace GGUFPacker.Build.Checks;

/// <summary>A target and the arguments that it takes: <c>gguf-packer build --call outline</c>, BuildKit's <c>frontend.outline</c>.</summary>
/// <param name="Name">The stage's name; null without.</param>
/// <param name="Description">What the file says about it; null if nothing.</param>
/// <param name="Arguments">The arguments of the stage and of those it needs, by line and name.</param>
/// <param name="Text">The file's bytes.</param>
public sealed record BuildOutline(string? Name, string? Description, ImmutableArray<OutlineArgument> Arguments, ReadOnlyMemory<byte> Text)
{
    /// <summary>Writes the outline for people.</summary>
    public void WriteText(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (Name is not null || Description is not null)
        {
            var head = new List<string[]> { new[] { "TARGET:", Name ?? "(default)" } };
            if (Description is not null)
            {
                head.Add(["DESCRIPTION:", Description]);
            }

            TextColumns.Write(writer, padding: 1, head);
            writer.Write('\n');
        }

        if (!Arguments.IsEmpty)
        {
            string[][] lines = [["BUILD ARG", "VALUE", "DESCRIPTION"], .. Arguments.Select(argument => new[] { argument.Name, argument.Value, argument.Description ?? "" })];
            TextColumns.Write(writer, padding: 3, lines);
            writer.Write('\n');
        }
    }

    /// <summary>Writes the outline for programs.</summary>
    public void WriteJson(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        Write("name", Name);
        Write("description", Description);
        if (!Arguments.IsEmpty)
        {
            writer.WriteStartArray("args");
            foreach (var argument in Arguments)
            {
                writer.WriteStartObject();
                writer.WriteString("name", argument.Name);
                Write("description", argument.Description);
                Write("value", argument.Value);
                SourceLocation.Write(writer, argument.Span);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteStartArray("sources");
        writer.WriteBase64StringValue(Text.Span);
        writer.WriteEndArray();
        writer.WriteEndObject();

        void Write(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                writer.WriteString(name, value);
            }
        }
    }
}
