using System.Text.Json;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Build.Checks;

/// <summary>A place in the file as BuildKit's subrequests have it: a range for each line.</summary>
internal static class SourceLocation
{
    public static void Write(Utf8JsonWriter writer, SourceSpan span)
    {
        writer.WriteStartObject("location");
        if (span.StartLine > 0)
        {
            writer.WriteStartArray("ranges");
            for (var line = span.StartLine; line <= span.EndLine; line++)
            {
                writer.WriteStartObject();
                foreach (var end in (string[])["start", "end"])
                {
                    writer.WriteStartObject(end);
                    writer.WriteNumber("line", line);
                    writer.WriteEndObject();
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }
}
