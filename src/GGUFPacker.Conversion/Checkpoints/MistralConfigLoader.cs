using System.Text.Json;

namespace GGUFPacker.Conversion.Checkpoints;

/// <summary>Loads params.json, the configuration of Mistral's own format, with its quantization in the words of config.json.</summary>
internal static class MistralConfigLoader
{
    private const string FileName = "params.json";

    /// <summary>Loads the configuration.</summary>
    /// <exception cref="CheckpointException">The file is missing or broken, or the weights are quantized in an unknown way.</exception>
    public static LoadedConfig Load(CheckpointFiles files)
    {
        var json = CheckpointJson.ReadObjectIfPresent(files, FileName)
            ?? throw new CheckpointException($"Cannot convert '{files.Name}': it has no {FileName}, so it is not in Mistral's own format (--mistral-format).");
        var config = new ModelConfig(json.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, property.Value)));
        if (config["quantization"] is { } quantization)
        {
            var format = quantization.Text("qformat_weight");
            if (format != "fp8_e4m3")
            {
                throw CheckpointException.NotSupported($"the quantization '{format}' of {FileName}", "Use the model's unquantized checkpoint, or one in FP8.");
            }

            config = config.With([new("quantization_config", JsonElements.Of([KeyValuePair.Create("quant_method", JsonElements.Of("fp8"))]))]);
        }

        return new LoadedConfig("MistralModel", config, "MistralModel");
    }
}
