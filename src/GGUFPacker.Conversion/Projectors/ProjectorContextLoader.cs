using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Projectors;

/// <summary>Loads what a projector is converted from, as llama.cpp's converter sees it: with the defaults of transformers' configuration classes.</summary>
internal static class ProjectorContextLoader
{
    /// <summary>Loads the configurations.</summary>
    /// <exception cref="CheckpointException">A file is missing or broken.</exception>
    public static ProjectorContext Load(CheckpointFiles files, ConvertOptions options)
    {
        var preprocessor = new ModelConfig([]);
        preprocessor = Merge(preprocessor, files, "preprocessor_config.json", "media_proc_cfg");
        preprocessor = Merge(preprocessor, files, "processor_config.json", "image_processor");
        if (options.MistralFormat)
        {
            return new ProjectorContext("PixtralModel", MistralConfigLoader.Load(files).Config, preprocessor, files, options);
        }

        var json = CheckpointJson.ReadObjectIfPresent(files, "config.json")
            ?? throw new CheckpointException(
                $"Cannot convert '{files.Name}': it has no config.json. A checkpoint directory as Hugging Face ships it is needed.");
        var config = ProjectorConfigDefaults.Apply(Of(json));
        foreach (var name in ModelConfigLoader.TextConfigNames)
        {
            if (config.Contains(name))
            {
                config = config.WithRenamed(name, "text_config");
            }
        }

        var architecture = ArchitectureOf(config["vision_config"]) ?? ArchitectureOf(json)
            ?? throw new CheckpointException(
                $"Cannot convert '{files.Name}': config.json names no architecture (the key 'architectures' is missing or empty).");
        return new ProjectorContext(architecture, config, preprocessor, files, options);
    }

    private static string? ArchitectureOf(JsonElement? config) =>
        config is { } json && json.Elements("architectures").FirstOrDefault() is { ValueKind: JsonValueKind.String } name ? name.Unescape() : null;

    /// <summary>The keys of a file, and over them those of a part of it.</summary>
    private static ModelConfig Merge(ModelConfig config, CheckpointFiles files, string fileName, string part)
    {
        if (CheckpointJson.ReadObjectIfPresent(files, fileName) is not { } json)
        {
            return config;
        }

        config = config.With(Of(json).Values);
        return json.Property(part) is { ValueKind: JsonValueKind.Object } inner ? config.With(Of(inner).Values) : config;
    }

    private static ModelConfig Of(JsonElement json) => new(json.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, property.Value)));
}
