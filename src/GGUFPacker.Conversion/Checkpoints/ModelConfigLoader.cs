using System.Text.Json;

namespace GGUFPacker.Conversion.Checkpoints;

/// <summary>Loads config.json as llama.cpp's converter sees it: defaults of the model type, and the text model's part merged over the root.</summary>
internal static class ModelConfigLoader
{
    /// <summary>Keys under which multimodal checkpoints keep the text model's configuration; a later one wins.</summary>
    private static readonly string[] TextConfigNames = ["llm_config", "lm_config", "language_config", "lfm"];

    /// <summary>Loads the configuration.</summary>
    /// <exception cref="CheckpointException">config.json is missing, no JSON object, or asks for something that is not supported.</exception>
    public static LoadedConfig Load(CheckpointFiles files)
    {
        var json = ConfigJson.ReadObject(files, "config.json")
            ?? throw new CheckpointException(
                $"Cannot convert '{files.Name}': it has no config.json. A checkpoint directory as Hugging Face ships it is needed.");
        var root = WithDefaults(new ModelConfig(Properties(json)));
        foreach (var name in TextConfigNames)
        {
            if (root.Contains(name))
            {
                root = root.With([new("text_config", root.Values[name])]);
            }
        }

        var text = root["text_config"] is { ValueKind: JsonValueKind.Object } textConfig ? WithDefaults(new ModelConfig(Properties(textConfig))) : null;
        var architecture = Architecture(text) ?? Architecture(root)
            ?? throw new CheckpointException(
                $"Cannot convert '{files.Name}': config.json names no architecture (the key 'architectures' is missing or empty).");
        return new LoadedConfig(architecture, text is null ? root : root.With(text.Values));
    }

    private static ModelConfig WithDefaults(ModelConfig raw)
    {
        var modelType = raw["model_type"] is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
        return ConfigClasses.Find(modelType)?.Apply(raw) ?? raw;
    }

    private static string? Architecture(ModelConfig? config)
    {
        if (config?["architectures"] is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
        {
            throw new CheckpointException("Cannot convert: 'architectures' of config.json must be a list of strings.");
        }

        return value.EnumerateArray().Select(item => item.GetString()).FirstOrDefault();
    }

    private static IEnumerable<KeyValuePair<string, JsonElement>> Properties(JsonElement json) =>
        json.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, property.Value));
}
