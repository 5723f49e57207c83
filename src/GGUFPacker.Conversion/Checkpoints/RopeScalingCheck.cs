using System.Text.Json;

namespace GGUFPacker.Conversion.Checkpoints;

/// <summary>The check of rope_scaling that transformers 4.57's configuration classes make: a kind of scaling must have its keys.</summary>
internal static class RopeScalingCheck
{
    private static readonly Dictionary<string, string[]> RequiredKeys = new(StringComparer.Ordinal)
    {
        ["default"] = [],
        ["linear"] = ["factor"],
        ["dynamic"] = ["factor"],
        ["yarn"] = ["factor"],
        ["longrope"] = ["short_factor", "long_factor"],
        ["llama3"] = ["factor", "original_max_position_embeddings", "low_freq_factor", "high_freq_factor"],
    };

    /// <summary>The scaling with "type" copied to "rope_type"; null if it is refused.</summary>
    public static JsonElement? Normalize(JsonElement scaling)
    {
        if (scaling.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var values = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in scaling.EnumerateObject())
        {
            values[property.Name] = property.Value;
        }

        if (values.TryGetValue("type", out var type))
        {
            values["rope_type"] = type;
        }

        if (!values.TryGetValue("rope_type", out var ropeType))
        {
            // Without a kind the classes assume "default", whose only required key is the missing one.
            return null;
        }

        var known = ropeType.ValueKind == JsonValueKind.String && RequiredKeys.TryGetValue(ropeType.GetString()!, out var required) ? required : null;
        if (known is not null && !known.All(values.ContainsKey))
        {
            return null;
        }

        return JsonElements.Of(values);
    }
}
