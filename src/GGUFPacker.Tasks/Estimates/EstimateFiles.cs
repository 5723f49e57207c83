using System.Text;
using System.Text.Json;
using GGUFPacker.Estimation.Pictures;
using GGUFPacker.Estimation.Reports;

namespace GGUFPacker.Tasks.Estimates;

/// <summary>An estimate as files: JSON, and a picture.</summary>
internal static class EstimateFiles
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n" };

    /// <summary>Writes them beside each other.</summary>
    /// <returns>The files' names in the directory.</returns>
    public static IEnumerable<string> Write(string directory, ImageEstimate image)
    {
        Directory.CreateDirectory(directory);
        var name = Path.GetFileNameWithoutExtension(image.ModelFile);
        var (json, svg) = ($"{name}.estimate.json", $"{name}.estimate.svg");
        using (var file = File.Create(Path.Combine(directory, json)))
        using (var writer = new Utf8JsonWriter(file, Options))
        {
            EstimateJson.Write(writer, image.Document);
        }

        File.WriteAllText(
            Path.Combine(directory, svg),
            MemoryPicture.Draw(image.Document, ContextCurve.Create(image.Setup)),
            new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return [json, svg];
    }
}
