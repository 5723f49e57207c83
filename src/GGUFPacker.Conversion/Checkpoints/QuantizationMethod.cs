using System.Text.Json;

namespace GGUFPacker.Conversion.Checkpoints;

/// <summary>Finds out whether a checkpoint's weights are quantized, and how.</summary>
internal static class QuantizationMethod
{
    /// <summary>Throws if the weights are quantized: they cannot be read as the numbers that they stand for yet.</summary>
    /// <exception cref="CheckpointException">They are; the message names the method.</exception>
    public static void Reject(CheckpointFiles files, ModelConfig config)
    {
        if (Find(files, config) is { } method)
        {
            throw CheckpointException.NotSupported(
                $"the quantization method '{method}' of config.json",
                "Use the model's unquantized checkpoint (BF16, F16 or F32).");
        }
    }

    private static string? Find(CheckpointFiles files, ModelConfig config)
    {
        if (config["quantization_config"] is { ValueKind: JsonValueKind.Object } quantization)
        {
            return Text(quantization, "quant_method") ?? Text(quantization, "quant_algo");
        }

        // ModelOpt writes a file of its own beside config.json.
        if (ConfigJson.ReadObject(files, "hf_quant_config.json") is { } modelOpt
            && modelOpt.TryGetProperty("quantization", out var inner) && inner.ValueKind == JsonValueKind.Object)
        {
            return Text(inner, "quant_algo") is { } algorithm ? $"modelopt {algorithm}" : null;
        }

        return null;
    }

    private static string? Text(JsonElement json, string key) =>
        json.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
