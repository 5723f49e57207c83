using System.Text.Json;

namespace GGUFPacker.Conversion.Checkpoints.Classes;

/// <summary>The lists of kinds of layers that transformers' classes fill in where config.json has none.</summary>
internal static class LayerTypeLists
{
    /// <summary>More layers than any model has.</summary>
    private const long MaximumLayers = 1 << 16;

    /// <summary>Each n-th layer is of one kind, all others of another.</summary>
    /// <param name="values">The configuration.</param>
    /// <param name="intervalKey">The key of n, or null if it is not configurable.</param>
    /// <param name="defaultInterval">n where the key is missing.</param>
    /// <param name="usual">The kind of most layers.</param>
    /// <param name="nth">The kind of each n-th layer.</param>
    /// <returns>False where the configuration is none that the class takes.</returns>
    public static bool FillByInterval(Dictionary<string, JsonElement> values, string? intervalKey, long defaultInterval, string usual, string nth)
    {
        if (values.TryGetValue("layer_types", out var given) && given.ValueKind != JsonValueKind.Null)
        {
            return true;
        }

        var interval = intervalKey is not null && values.TryGetValue(intervalKey, out var element) && element.TryGetInteger(out var number)
            ? number
            : defaultInterval;
        if (interval == 0 || !values["num_hidden_layers"].TryGetInteger(out var layers) || layers is < 0 or > MaximumLayers)
        {
            return false;
        }

        values["layer_types"] = JsonElements.Of(Enumerable.Range(1, (int)layers).Select(layer => layer % interval == 0 ? nth : usual));
        return true;
    }
}
