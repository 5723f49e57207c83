using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.QuantizedSources;

/// <summary>How a checkpoint's weights are quantized, as config.json (quantization_config) and ModelOpt's hf_quant_config.json say.</summary>
internal sealed class QuantizationConfig
{
    private readonly ModelConfig _config;

    private QuantizationConfig(ModelConfig config) => _config = config;

    /// <summary>quant_method, or what produced the weights; null if they are not quantized.</summary>
    public string? Method { get; private init; }

    /// <summary>Whether weights are in NVFP4, all or some.</summary>
    public bool IsNvfp4 { get; private init; }

    /// <summary>Whether NVFP4 weights have the names and inverted scales of compressed-tensors.</summary>
    public bool IsCompressedNvfp4 { get; private init; }

    /// <summary>Whether experts are in MXFP4.</summary>
    public bool IsMxfp4 { get; private init; }

    /// <summary>The format of compressed-tensors, or null.</summary>
    public string? Format => TextOf(_config, "format");

    /// <summary>The groups of compressed-tensors.</summary>
    public ImmutableArray<ModelConfig> Groups => _config["config_groups"] is { ValueKind: JsonValueKind.Object } groups
        ? [.. groups.EnumerateObject().Where(group => group.Value.ValueKind == JsonValueKind.Object).Select(group => Of(group.Value))]
        : [];

    /// <summary>Another key of quantization_config.</summary>
    public ConfigValue? this[string key] => _config[key] is { } value ? new ConfigValue($"quantization_config.{key}", value) : null;

    /// <summary>Reads the configuration.</summary>
    /// <exception cref="CheckpointException">One of the files is broken.</exception>
    public static QuantizationConfig Load(CheckpointFiles files, ModelConfig modelConfig)
    {
        var config = modelConfig["quantization_config"] is { ValueKind: JsonValueKind.Object } json ? Of(json) : new ModelConfig([]);
        var algorithm = TextOf(config, "quant_algo");
        var method = TextOf(config, "quant_method");
        var methodOfAll = method;
        var format = TextOf(config, "format");
        var groups = ObjectsOf(config, "config_groups");
        var layers = ObjectsOf(config, "quantized_layers");
        if ((algorithm is null || layers.IsEmpty) && CheckpointJson.ReadObjectIfPresent(files, "hf_quant_config.json") is { } file)
        {
            var outer = Of(file);
            var inner = outer["quantization"] is { ValueKind: JsonValueKind.Object } quantization ? Of(quantization) : new ModelConfig([]);
            method ??= outer["producer"] is { ValueKind: JsonValueKind.Object } producer ? (TextOf(Of(producer), "name") ?? "").ToLowerInvariant() : "";
            algorithm = inner.Contains("quant_algo") ? TextOf(inner, "quant_algo") : algorithm;
            methodOfAll = inner.Contains("quant_method") ? TextOf(inner, "quant_method") : method;
            format = inner.Contains("format") ? TextOf(inner, "format") : format;
            groups = inner.Contains("config_groups") ? ObjectsOf(inner, "config_groups") : groups;
            layers = inner.Contains("quantized_layers") ? ObjectsOf(inner, "quantized_layers") : layers;
        }

        var isCompressed = methodOfAll == "compressed-tensors" && IsNvfp4Format(format, groups);
        var isNvfp4 = algorithm is "NVFP4" or "W4A16_NVFP4" || isCompressed
            || layers.Any(layer => TextOf(layer, "quant_algo")?.EndsWith("NVFP4", StringComparison.Ordinal) == true);
        return new QuantizationConfig(config) { Method = method, IsNvfp4 = isNvfp4, IsCompressedNvfp4 = isCompressed, IsMxfp4 = methodOfAll == "mxfp4" };
    }

    /// <summary>Whether compressed-tensors has NVFP4 only, by its format or by that of each group.</summary>
    public bool HasNvfp4Format => IsNvfp4Format(Format, Groups);

    private static bool IsNvfp4Format(string? format, ImmutableArray<ModelConfig> groups) =>
        format == "nvfp4-pack-quantized"
        || (format == "mixed-precision" && !groups.IsEmpty && groups.All(group => TextOf(group, "format") == "nvfp4-pack-quantized"));

    private static ImmutableArray<ModelConfig> ObjectsOf(ModelConfig config, string key) => config[key] is { ValueKind: JsonValueKind.Object } json
        ? [.. json.EnumerateObject().Where(item => item.Value.ValueKind == JsonValueKind.Object).Select(item => Of(item.Value))]
        : [];

    private static string? TextOf(ModelConfig config, string key) => config[key] is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static ModelConfig Of(JsonElement json) => new(json.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, property.Value)));
}
