using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Finds the pooling of an embedding model in the files of sentence-transformers: modules.json names a folder, whose config.json tells.</summary>
internal static class Pooling
{
    /// <summary>Writes the pooling as a key, if the checkpoint has such a module.</summary>
    /// <exception cref="CheckpointException">The files are broken, or the pooling is one that llama.cpp does not know.</exception>
    public static void Write(ParameterWriter writer, CheckpointFiles files)
    {
        if (Find(files) is { } pooling)
        {
            writer.Count("pooling_type", (long)pooling, "pooling_mode");
        }
    }

    /// <summary>The pooling, or null if the checkpoint has no such module.</summary>
    /// <exception cref="CheckpointException">The files are broken, or the pooling is one that llama.cpp does not know.</exception>
    public static PoolingType? Find(CheckpointFiles files)
    {
        if (!files.Exists("modules.json"))
        {
            return null;
        }

        var modules = CheckpointJson.Parse(files.ReadAllBytes("modules.json", CheckpointJson.MaximumBytes), "modules.json");
        if (modules.ValueKind != JsonValueKind.Array)
        {
            throw new CheckpointException("Cannot convert: modules.json must hold a list.");
        }

        foreach (var module in modules.EnumerateArray())
        {
            if (Text(module, "type") is { } type && type.EndsWith("Pooling", StringComparison.Ordinal))
            {
                var folder = Text(module, "path") ?? throw new CheckpointException("Cannot convert: the pooling module in modules.json has no path.");
                return OfModule(files, folder.Trim('/') is { Length: > 0 } name ? $"{name}/config.json" : "config.json");
            }
        }

        return null;
    }

    private static PoolingType OfModule(CheckpointFiles files, string fileName)
    {
        var config = CheckpointJson.ReadObjectIfPresent(files, fileName)
            ?? throw new CheckpointException($"Cannot convert '{files.Name}': modules.json names the pooling module '{fileName}', which is missing.");
        return IsOn(config, "pooling_mode_mean_tokens") ? PoolingType.Mean
            : IsOn(config, "pooling_mode_cls_token") ? PoolingType.Cls
            : IsOn(config, "pooling_mode_lasttoken") ? PoolingType.Last
            : Text(config, "pooling_mode") switch
            {
                "mean" => PoolingType.Mean,
                "cls" => PoolingType.Cls,
                "lasttoken" => PoolingType.Last,
                _ => throw new CheckpointException($"Cannot convert '{files.Name}': the pooling of '{fileName}' is none of mean, cls and lasttoken."),
            };
    }

    private static bool IsOn(JsonElement json, string key) => json.TryGetProperty(key, out var value) && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.Number => value.GetDouble() != 0,
        JsonValueKind.String => value.GetString()!.Length > 0,
        _ => false,
    };

    private static string? Text(JsonElement json, string key) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
