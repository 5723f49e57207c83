using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Metadata;

/// <summary>Collects a model's description from, strongest first: the caller's wishes, the model card, config.json, the name of the checkpoint.</summary>
internal static class ModelMetadataLoader
{
    /// <summary>Loads the description.</summary>
    /// <param name="files">The checkpoint.</param>
    /// <param name="overridePath">A JSON file with keys that win; null or a path without file for none.</param>
    /// <param name="modelName">The name that wins over all; null to find it.</param>
    /// <param name="count">The model's parameters.</param>
    /// <exception cref="CheckpointException">One of the sources is broken.</exception>
    public static ModelMetadata Load(CheckpointFiles files, string? overridePath, string? modelName, ParameterCount count)
    {
        var metadata = new ModelMetadata();
        ModelCardHeuristics.Apply(metadata, ModelCard.Read(files), count.Total);
        ApplyConfig(metadata, files, count.Total);
        metadata.SetIfMissing(ModelIdentifier.Parse(files.Name, count.Total));
        ApplyGenerationConfig(metadata, files);
        ApplyOverrides(metadata, overridePath);
        if (modelName is not null)
        {
            metadata.Set(MetadataKeys.Name, new MetadataValue.Text(modelName));
        }

        metadata.SetIfMissing(MetadataKeys.Name, files.Name);
        metadata.SetIfMissing(MetadataKeys.SizeLabel, count.Total > 0 ? SizeLabel.Of(count) : null);
        return metadata;
    }

    /// <summary>The name under which transformers saved the model, unless it is a path.</summary>
    private static void ApplyConfig(ModelMetadata metadata, CheckpointFiles files, long parameters)
    {
        if (CheckpointJson.ReadObjectIfPresent(files, "config.json") is not { } config
            || !config.TryGetProperty("_name_or_path", out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        var id = new ConfigValue("_name_or_path", value).Text;
        if (id.Count(unit => unit == '/') <= 1)
        {
            metadata.SetIfMissing(ModelIdentifier.Parse(id, parameters));
        }
    }

    private static void ApplyGenerationConfig(ModelMetadata metadata, CheckpointFiles files)
    {
        JsonElement json;
        try
        {
            if (!files.Exists("generation_config.json"))
            {
                return;
            }

            json = CheckpointJson.Parse(files.ReadAllBytes("generation_config.json", CheckpointJson.MaximumBytes), "generation_config.json");
        }
        catch (CheckpointException)
        {
            // Not all models have a valid one, and it only recommends.
            return;
        }

        if (MetadataValue.Of(json) is not MetadataValue.Mapping { Members: var config })
        {
            return;
        }

        foreach (var (key, name, _) in MetadataKeys.Sampling)
        {
            var configName = name == "penalty_repeat" && !config.ContainsKey(name) ? "repetition_penalty" : name;
            if (config.TryGetValue(configName, out var value))
            {
                metadata.Set(key, value);
            }
        }
    }

    private static void ApplyOverrides(ModelMetadata metadata, string? path)
    {
        if (path is null || !File.Exists(path))
        {
            return;
        }

        byte[] bytes;
        try
        {
            bytes = new FileInfo(path).Length <= CheckpointJson.MaximumBytes
                ? File.ReadAllBytes(path)
                : throw new CheckpointException($"Cannot read the metadata '{path}': more than {CheckpointJson.MaximumBytes} bytes.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"Cannot read the metadata '{path}': {exception.Message}", exception);
        }

        if (MetadataValue.Of(CheckpointJson.Parse(bytes, path)) is not MetadataValue.Mapping { Members: var overrides })
        {
            throw new CheckpointException($"Cannot read the metadata '{path}': it must hold a JSON object with keys such as general.name.");
        }

        foreach (var key in MetadataKeys.Overridable)
        {
            if (overrides.TryGetValue(key, out var value))
            {
                metadata.Set(key, value);
            }
        }
    }
}
