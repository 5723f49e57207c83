using System.Text.Json;
using GGUFPacker.Build.Engine;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Oci.Content;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Cli.Output;

/// <summary>What a build gave, for people and for programs.</summary>
internal static class BuildReport
{
    /// <summary>Writes a line for each name, or one for an image without names.</summary>
    public static void WriteText(TextWriter writer, BuildResult result)
    {
        foreach (var image in result.Images)
        {
            var size = GgufUnits.FormatBytes(image.Files.Sum(file => file.Size));
            var names = image.Target.References.IsEmpty ? [image.Target.Stage ?? "image"] : image.Target.References;
            foreach (var name in names)
            {
                writer.WriteLine($"{name}  {image.Manifest.Digest}  {size}");
            }
        }
    }

    /// <summary>Writes how long it took and what it cost.</summary>
    public static void WriteSummary(TextWriter writer, BuildResult result, TimeSpan elapsed)
    {
        var images = result.Images.Length;
        writer.WriteLine(FormattableString.Invariant(
            $"built {images} {(images == 1 ? "image" : "images")} in {elapsed.TotalSeconds:0.0}s: {result.Totals.Describe(result.StepsRun, result.StepsCached)}"));
    }

    /// <summary>Writes all of it.</summary>
    public static void WriteJson(TextWriter output, BuildResult result) => JsonText.Write(output, writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("images");
        foreach (var image in result.Images)
        {
            WriteImage(writer, image);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("diagnostics");
        foreach (var diagnostic in result.Diagnostics)
        {
            WriteDiagnostic(writer, diagnostic);
        }

        writer.WriteEndArray();
        writer.WriteNumber("stepsRun", result.StepsRun);
        writer.WriteNumber("stepsCached", result.StepsCached);
        WriteVolume(writer, "downloaded", result.Totals.Downloaded);
        WriteVolume(writer, "written", result.Totals.Written);
        WriteVolume(writer, "reused", result.Totals.Reused);
        writer.WriteEndObject();
    });

    private static void WriteVolume(Utf8JsonWriter writer, string name, BuildVolume volume)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("files", volume.Files);
        writer.WriteNumber("bytes", volume.Bytes);
        writer.WriteEndObject();
    }

    private static void WriteImage(Utf8JsonWriter writer, BuiltImage image)
    {
        writer.WriteStartObject();
        writer.WriteString("stage", image.Target.Stage);
        writer.WriteStartArray("references");
        foreach (var reference in image.Target.References)
        {
            writer.WriteStringValue(reference);
        }

        writer.WriteEndArray();
        WriteDescriptor(writer, "manifest", image.Manifest);
        WriteDescriptor(writer, "config", image.Config);
        if (!image.Platforms.IsEmpty)
        {
            writer.WriteStartArray("platforms");
            foreach (var platform in image.Platforms)
            {
                writer.WriteStartObject();
                writer.WriteString("platform", platform.Platform?.ToString());
                writer.WriteString("digest", platform.Digest.ToString());
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteStartArray("files");
        foreach (var file in image.Files)
        {
            writer.WriteStartObject();
            writer.WriteString("path", file.Path);
            writer.WriteString("digest", file.Digest.ToString());
            writer.WriteNumber("size", file.Size);
            writer.WriteString("storePath", file.StorePath);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteDescriptor(Utf8JsonWriter writer, string name, Descriptor descriptor)
    {
        writer.WriteStartObject(name);
        writer.WriteString("mediaType", descriptor.MediaType);
        writer.WriteString("digest", descriptor.Digest.ToString());
        writer.WriteNumber("size", descriptor.Size);
        writer.WriteEndObject();
    }

    private static void WriteDiagnostic(Utf8JsonWriter writer, Diagnostic diagnostic)
    {
        writer.WriteStartObject();
        writer.WriteString("code", diagnostic.Code);
        writer.WriteString("severity", diagnostic.Severity.ToString());
        writer.WriteString("path", diagnostic.Span.Path);
        writer.WriteNumber("line", diagnostic.Span.StartLine);
        writer.WriteString("message", diagnostic.Message);
        writer.WriteEndObject();
    }
}
