using System.Text;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Metadata;

/// <summary>Names GGUF files by ggml's convention: <c>Qwen2.5-0.5B-Instruct-v1.2-F16.gguf</c>.</summary>
internal static class OutputFileName
{
    /// <summary>The name of a model's file.</summary>
    /// <param name="metadata">The model's description.</param>
    /// <param name="fileType">The type as in file names, such as Q8_0.</param>
    /// <param name="isAdapter">Whether it is a LoRA adapter.</param>
    public static string OfModel(ModelMetadata metadata, string fileType, bool isAdapter = false) =>
        Of(metadata, Text(metadata, MetadataKeys.SizeLabel) is { } size ? $"-{size}" : "", $"-{fileType}{(isAdapter ? "-LoRA" : "")}");

    /// <summary>The name of a projector's file.</summary>
    public static string OfProjector(ModelMetadata metadata, string fileType) => "mmproj-" + Of(metadata, "", $"-{fileType}");

    /// <summary>The name of a file with only the layers that predict further tokens.</summary>
    public static string OfPrediction(ModelMetadata metadata, string fileType) => $"mtp-{Of(metadata, "", $"-{fileType}")}";

    /// <summary>The name of a file with only the vocabulary.</summary>
    public static string OfVocabulary(ModelMetadata metadata) => Of(metadata, "", "-vocab");

    /// <summary>
    /// Fills in a name with placeholders: <c>{ftype}</c> and <c>{outtype}</c> in small letters, <c>{FTYPE}</c> and <c>{OUTTYPE}</c> in capitals.
    /// </summary>
    /// <param name="template">The file's name; doubled braces stand for themselves.</param>
    /// <param name="fileType">The type as in file names, such as Q8_0.</param>
    /// <exception cref="CheckpointException">A placeholder is unknown.</exception>
    public static string Fill(string template, string fileType)
    {
        var name = new StringBuilder();
        for (var i = 0; i < template.Length; i++)
        {
            var unit = template[i];
            if (unit is not ('{' or '}'))
            {
                name.Append(unit);
                continue;
            }

            if (i + 1 < template.Length && template[i + 1] == unit)
            {
                name.Append(unit);
                i++;
                continue;
            }

            var end = template.IndexOf('}', i);
            name.Append((unit == '{' && end > i ? template[(i + 1)..end] : "?") switch
            {
                "" or "0" or "ftype" or "outtype" => fileType.ToLowerInvariant(),
                "FTYPE" or "OUTTYPE" => fileType.ToUpperInvariant(),
                _ => throw new CheckpointException(
                    $"The name '{template}' of the output has an unknown placeholder; known are {{ftype}}, {{outtype}}, {{FTYPE}} and {{OUTTYPE}}."),
            });
            i = end;
        }

        return name.ToString();
    }

    private static string Of(ModelMetadata metadata, string size, string ending)
    {
        var name = Text(metadata, MetadataKeys.Basename) ?? Text(metadata, MetadataKeys.Name) ?? "ggml-model";
        var stem = Clean(name) + size + Part(Text(metadata, MetadataKeys.Finetune)) + Part(Text(metadata, MetadataKeys.Version)) + ending;

        // Whatever a model card says, the result is a name, not a path.
        return string.Create(stem.Length, stem, (span, text) =>
        {
            text.CopyTo(span);
            span.Replace('/', '-');
            span.Replace('\\', '-');
            span.Replace('\0', '-');
        }) + ".gguf";
    }

    /// <summary>A text of the description. A value that is none but empty, such as false, is no key of the file, yet it is no part of a name either.</summary>
    private static string? Text(ModelMetadata metadata, string key) => metadata[key] switch
    {
        null => null,
        MetadataValue.Text { Value: var text } => text,
        var value => throw new CheckpointException($"Cannot name the output: '{key}' (README.md or the metadata file) must be a string, not {value.Kind}."),
    };

    private static string Part(string? text) => text is null ? "" : "-" + Clean(text);

    private static string Clean(string text) => text.Trim().Replace(' ', '-');
}
