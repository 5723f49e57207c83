using System.Text.Json;

namespace GGUFPacker.Conversion.Checkpoints.Classes;

/// <summary>Phi-1 to Phi-3 in transformers 4.57.</summary>
[ConfigClasses]
internal static class PhiConfigs
{
    /// <summary>PhiConfig.</summary>
    public static readonly ConfigClass Phi = new("phi", """
        {"vocab_size":51200,"hidden_size":2048,"intermediate_size":8192,"num_hidden_layers":24,"num_attention_heads":32,"num_key_value_heads":null,
         "max_position_embeddings":2048,"layer_norm_eps":1e-5,"rope_theta":10000.0,"rope_scaling":null,"partial_rotary_factor":0.5}
        """) { ChecksRopeScaling = true };

    /// <summary>Phi3Config. Its rope_scaling has exactly three keys, and factors for every pair of dimensions.</summary>
    public static readonly ConfigClass Phi3 = new("phi3", """
        {"vocab_size":32064,"hidden_size":3072,"intermediate_size":8192,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":null,
         "max_position_embeddings":4096,"original_max_position_embeddings":4096,"rms_norm_eps":1e-5,"rope_theta":10000.0,"rope_scaling":null,
         "partial_rotary_factor":1.0,"sliding_window":null}
        """) { Adjust = AdjustPhi3 };

    /// <summary>PhimoeConfig.</summary>
    public static readonly ConfigClass PhiMoe = new("phimoe", """
        {"vocab_size":32064,"hidden_size":4096,"intermediate_size":6400,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,
         "max_position_embeddings":131072,"rms_norm_eps":1e-5,"rope_theta":1000000.0,"rope_scaling":null,"sliding_window":null,"num_experts_per_tok":2,
         "num_local_experts":16}
        """) { ChecksRopeScaling = true };

    private static bool AdjustPhi3(Dictionary<string, JsonElement> values)
    {
        if (values["rope_scaling"] is not { ValueKind: not JsonValueKind.Null } scaling)
        {
            return true;
        }

        if (scaling.ValueKind != JsonValueKind.Object || scaling.EnumerateObject().Count() != 3)
        {
            return false;
        }

        var type = scaling.Text("type");
        if (type is "su" or "yarn")
        {
            var keys = scaling.EnumerateObject().ToDictionary(property => property.Name, property => property.Value, StringComparer.Ordinal);
            keys["type"] = JsonElements.Of(type = "longrope");
            values["rope_scaling"] = JsonElements.Of(keys);
        }

        if (type != "longrope"
            || !values["hidden_size"].TryGetInteger(out var size) || !values["num_attention_heads"].TryGetInteger(out var heads) || heads <= 0)
        {
            return false;
        }

        var pairs = (long)(size / heads * values["partial_rotary_factor"].GetDouble()) / 2;
        return HasPairs("short_factor") && HasPairs("long_factor");

        bool HasPairs(string key) =>
            scaling.Property(key) is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() == pairs
            && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number);
    }
}
