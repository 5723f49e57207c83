using System.Text.Json;

namespace GGUFPacker.Conversion.Checkpoints;

/// <summary>
/// The parameters of the rotary position embedding, from wherever a configuration keeps them: rope_parameters (transformers 5) or rope_scaling (before),
/// completed with those that stand in the root of config.json.
/// </summary>
internal sealed class RopeParameters
{
    private RopeParameters(ModelConfig full, ModelConfig outer)
    {
        Full = full;
        Outer = outer;
    }

    /// <summary>The parameters of layers with full attention: the part "full_attention" if there is one, else all.</summary>
    public ModelConfig Full { get; }

    /// <summary>The parameters as they are, with the parts of a model whose layers differ inside.</summary>
    public ModelConfig Outer { get; }

    /// <summary>The base of layers with sliding window attention, or null.</summary>
    public ConfigValue? SlidingTheta =>
        Outer["sliding_attention"] is { ValueKind: JsonValueKind.Object } sliding
        && sliding.TryGetProperty("rope_theta", out var theta)
        && theta.ValueKind != JsonValueKind.Null
            ? new ConfigValue("rope_parameters.sliding_attention.rope_theta", theta)
            : null;

    /// <summary>Collects the parameters of a configuration.</summary>
    public static RopeParameters Of(ModelConfig config)
    {
        var source = config.Contains("rope_parameters") ? config["rope_parameters"] : config["rope_scaling"];
        var values = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (source is { ValueKind: JsonValueKind.Object } json)
        {
            foreach (var property in json.EnumerateObject())
            {
                values[property.Name] = property.Value;
            }
        }

        if (!values.ContainsKey("full_attention") && !values.ContainsKey("sliding_attention"))
        {
            if (config.Find("local_rope_theta", "rope_local_theta", "rope_theta_local", "swa_rope_theta", "rope_local_base_freq") is { } local)
            {
                values["sliding_attention"] = JsonElements.Of(new Dictionary<string, JsonElement> { ["rope_theta"] = local.Element });
            }

            AddMissing("rope_theta", config.Find("global_rope_theta", "rope_global_theta", "rope_theta_global", "rope_theta", "rotary_emb_base")?.Element);
            AddMissing("rope_type", values.TryGetValue("type", out var type) && type.ValueKind != JsonValueKind.Null ? type : null);
            AddMissing("partial_rotary_factor", config.Find("partial_rotary_factor", "rope_pct", "rope_percent")?.Element);
            AddMissing("original_max_position_embeddings", config.Find("original_max_position_embeddings")?.Element);
        }

        var outer = new ModelConfig(values);
        var full = outer["full_attention"] is { ValueKind: JsonValueKind.Object } part
            ? new ModelConfig(part.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, property.Value)))
            : outer;
        return new RopeParameters(full, outer);

        void AddMissing(string key, JsonElement? value)
        {
            if (value is { } present)
            {
                values.TryAdd(key, present);
            }
        }
    }
}
