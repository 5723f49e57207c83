using System.Text.Json;

namespace GGUFPacker.Conversion.Checkpoints;

/// <summary>Loads config.json as llama.cpp's converter sees it: defaults of the model type, and the text model's part merged over the root.</summary>
internal static class ModelConfigLoader
{
    /// <summary>Keys under which multimodal checkpoints keep the text model's configuration; a later one wins.</summary>
    internal static readonly string[] TextConfigNames = ["llm_config", "lm_config", "language_config", "lfm"];

    /// <summary>Multimodal architectures that are converted by their own name and not by that of their text part.</summary>
    private static readonly string[] RootWins =
    [
        "StepVLForConditionalGeneration", "Sarashina2VisionForCausalLM", "Exaone4_5_ForConditionalGeneration", "Step3p7ForConditionalGeneration",
        "KimiK3ForConditionalGeneration",
    ];

    /// <summary>Loads the configuration.</summary>
    /// <exception cref="CheckpointException">config.json is missing, no JSON object, or asks for something that is not supported.</exception>
    public static LoadedConfig Load(CheckpointFiles files)
    {
        var json = CheckpointJson.ReadObjectIfPresent(files, "config.json")
            ?? throw new CheckpointException(
                $"Cannot convert '{files.Name}': it has no config.json. A checkpoint directory as Hugging Face ships it is needed.");
        var (root, text) = WithDefaults(new ModelConfig(Properties(json)));
        var rootArchitecture = Architecture(root);
        var architecture = (rootArchitecture is not null && RootWins.Contains(rootArchitecture) ? null : Architecture(text)) ?? rootArchitecture
            ?? StateSpaceArchitecture(root)
            ?? throw new CheckpointException(
                $"Cannot convert '{files.Name}': config.json names no architecture (the key 'architectures' is missing or empty).");
        return new LoadedConfig(architecture, text is null ? root : root.With(text.Values), rootArchitecture ?? architecture);
    }

    /// <summary>
    /// The configuration, and its text part if it has one, as their classes complete them. A class that is unknown or refuses one of them leaves both as
    /// they are: transformers gives up, and llama.cpp reads the file itself.
    /// </summary>
    private static (ModelConfig Root, ModelConfig? Text) WithDefaults(ModelConfig raw)
    {
        if (ConfigClasses.Find(TypeOf(raw)) is { } rootClass && rootClass.Apply(raw) is { } root)
        {
            if (rootClass.TextModelType is not { } defaultType)
            {
                return (root, TextPart(Renamed(root)));
            }

            var part = root["text_config"] is { ValueKind: JsonValueKind.Object } json ? new ModelConfig(Properties(json))
                : rootClass.TextIsFlat ? raw
                : new ModelConfig([]);
            if (ConfigClasses.Find(rootClass.TextModelTypeVaries ? TypeOf(part) ?? defaultType : defaultType)?.Apply(part) is { } text)
            {
                return (root, text);
            }
        }

        return (Renamed(raw), TextPart(Renamed(raw)));
    }

    /// <summary>The first Mamba models name only their kind of layer.</summary>
    private static string? StateSpaceArchitecture(ModelConfig root) =>
        root["ssm_cfg"] is { ValueKind: JsonValueKind.Object } settings ? $"{settings.Text("layer") ?? "Mamba"}ForCausalLM" : null;

    private static ModelConfig? TextPart(ModelConfig root) =>
        root["text_config"] is { ValueKind: JsonValueKind.Object } json ? new ModelConfig(Properties(json)) : null;

    private static ModelConfig Renamed(ModelConfig root)
    {
        foreach (var name in TextConfigNames)
        {
            if (root.Contains(name))
            {
                root = root.With([new("text_config", root.Values[name])]);
            }

            if (name == "lm_config" && root["thinker_config"]?.Property("text_config") is { } thinker)
            {
                root = root.With([new("text_config", thinker)]);
            }
        }

        return root;
    }

    private static string? TypeOf(ModelConfig config) => config["model_type"] is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

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
