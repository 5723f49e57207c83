using System.Text.Json;

namespace GGUFPacker.Conversion.Checkpoints.Classes;

/// <summary>Llama 4 in transformers 4.57.</summary>
[ConfigClasses]
internal static class Llama4Configs
{
    /// <summary>Llama4Config.</summary>
    public static readonly ConfigClass Llama4 = new("llama4", "{}") { TextModelType = "llama4_text" };

    /// <summary>Llama4TextConfig. Layers with rotary embedding attend in chunks; by default each fourth one has none.</summary>
    public static readonly ConfigClass Llama4Text = new("llama4_text", """
        {"vocab_size":202048,"hidden_size":5120,"intermediate_size":8192,"intermediate_size_mlp":16384,"num_hidden_layers":48,
         "num_attention_heads":40,"num_key_value_heads":8,"head_dim":128,"max_position_embeddings":131072,"rms_norm_eps":1e-5,"rope_theta":500000.0,
         "rope_scaling":null,"num_experts_per_tok":1,"num_local_experts":16,"interleave_moe_layer_step":1,"no_rope_layer_interval":4}
        """) { Adjust = FillLayerTypes };

    private static bool FillLayerTypes(Dictionary<string, JsonElement> values)
    {
        if (values.TryGetValue("no_rope_layers", out var layers) && layers.ValueKind == JsonValueKind.Array && layers.GetArrayLength() > 0
            && (!values.TryGetValue("layer_types", out var types) || types.ValueKind == JsonValueKind.Null))
        {
            values["layer_types"] = JsonElements.Of(layers.EnumerateArray()
                .Select(layer => layer.TryGetInteger(out var hasRope) && hasRope != 0 ? "chunked_attention" : "full_attention"));
        }

        return LayerTypeLists.FillByInterval(values, "no_rope_layer_interval", 4, "chunked_attention", "full_attention");
    }
}
