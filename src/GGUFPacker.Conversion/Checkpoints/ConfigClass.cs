using System.Text.Json;

namespace GGUFPacker.Conversion.Checkpoints;

/// <summary>
/// What transformers 4.57's configuration class of a model type makes of config.json: llama.cpp reads the configuration through these classes,
/// so a key that is missing has the class's default in the converted file.
/// </summary>
/// <param name="ModelType">The model type, as config.json's <c>model_type</c> names it.</param>
/// <param name="Defaults">The defaults as a JSON object, of the keys that reach a GGUF file.</param>
internal sealed record ConfigClass(string ModelType, string Defaults)
{
    /// <summary>The default of every class for max_length, which is a model's context where nothing else says one.</summary>
    private const int MaximumLength = 20;

    /// <summary>Whether a head_dim that is missing or null becomes hidden_size / num_attention_heads.</summary>
    public bool FillsHeadDim { get; init; }

    /// <summary>
    /// Whether rope_scaling is checked and its "type" copied to "rope_type". A class that finds a key missing gives up, and config.json is used as it is.
    /// </summary>
    public bool ChecksRopeScaling { get; init; }

    /// <summary>The model type of the text part's class, for a class that has a part "text_config"; null for one without.</summary>
    public string? TextModelType { get; init; }

    /// <summary>Whether the text part may name another model type than <see cref="TextModelType"/>, which then is only the default.</summary>
    public bool TextModelTypeVaries { get; init; }

    /// <summary>Whether a configuration without a part "text_config" has the text part's keys in its root.</summary>
    public bool TextIsFlat { get; init; }

    /// <summary>What else the class does to the values; false if it refuses them.</summary>
    public Func<Dictionary<string, JsonElement>, bool>? Adjust { get; init; }

    /// <summary>The configuration with this class's defaults; null if the class refuses it.</summary>
    public ModelConfig? Apply(ModelConfig raw)
    {
        using var defaults = JsonDocument.Parse(Defaults);
        var values = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["max_length"] = JsonElements.Of(MaximumLength) };
        foreach (var property in defaults.RootElement.EnumerateObject())
        {
            values[property.Name] = property.Value.Clone();
        }

        foreach (var (key, value) in raw.Values)
        {
            values[key] = value;
        }

        // Every class takes a missing number of key-value heads from its defaults, and a null from the number of heads.
        if (values.TryGetValue("num_key_value_heads", out var keyValueHeads) && keyValueHeads.ValueKind == JsonValueKind.Null
            && values.TryGetValue("num_attention_heads", out var heads))
        {
            values["num_key_value_heads"] = heads;
        }

        if (FillsHeadDim && (!values.TryGetValue("head_dim", out var headDim) || headDim.ValueKind == JsonValueKind.Null))
        {
            if (!TryDivide(values["hidden_size"], values["num_attention_heads"], out headDim))
            {
                return null;
            }

            values["head_dim"] = headDim;
        }

        if (ChecksRopeScaling && values.TryGetValue("rope_scaling", out var scaling) && scaling.ValueKind != JsonValueKind.Null)
        {
            if (RopeScalingCheck.Normalize(scaling) is not { } normalized)
            {
                return null;
            }

            values["rope_scaling"] = normalized;
        }

        return Adjust?.Invoke(values) == false ? null : new ModelConfig(values);
    }

    private static bool TryDivide(JsonElement dividend, JsonElement divisor, out JsonElement quotient)
    {
        quotient = default;
        if (dividend.ValueKind != JsonValueKind.Number || divisor.ValueKind != JsonValueKind.Number
            || !dividend.TryGetInt64(out var left) || !divisor.TryGetInt64(out var right) || right == 0)
        {
            return false;
        }

        // Rounds down, as Python's // does, also for the negative numbers that nobody means.
        var result = left / right - (left % right != 0 && (left < 0) != (right < 0) ? 1 : 0);
        quotient = JsonElements.Of(result);
        return true;
    }
}
