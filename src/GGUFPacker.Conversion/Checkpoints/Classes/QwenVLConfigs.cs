using System.Text.Json;

namespace GGUFPacker.Conversion.Checkpoints.Classes;

/// <summary>Qwen2-VL to Qwen3-VL and the Omni models in transformers 4.57: the text part and what is around it.</summary>
[ConfigClasses]
internal static class QwenVLConfigs
{
    private const string Qwen2Text = """
        {"vocab_size":152064,"hidden_size":8192,"intermediate_size":29568,"num_hidden_layers":80,"num_attention_heads":64,"num_key_value_heads":8,
         "max_position_embeddings":32768,"rms_norm_eps":1e-5,"rope_theta":1000000.0,"rope_scaling":null}
        """;

    private const string Qwen3Root = """{"tie_word_embeddings":false}""";

    /// <summary>Qwen2VLTextConfig.</summary>
    public static readonly ConfigClass Qwen2VLText = new("qwen2_vl_text", Qwen2Text) { ChecksRopeScaling = true };

    /// <summary>Qwen2VLConfig; its files are flat.</summary>
    public static readonly ConfigClass Qwen2VL = new("qwen2_vl", "{}") { TextModelType = "qwen2_vl_text", TextIsFlat = true };

    /// <summary>Qwen2_5_VLTextConfig.</summary>
    public static readonly ConfigClass Qwen25VLText = new("qwen2_5_vl_text", Qwen2Text) { ChecksRopeScaling = true };

    /// <summary>Qwen2_5_VLConfig; its files are flat.</summary>
    public static readonly ConfigClass Qwen25VL = new("qwen2_5_vl", "{}") { TextModelType = "qwen2_5_vl_text", TextIsFlat = true };

    /// <summary>Qwen3VLTextConfig.</summary>
    public static readonly ConfigClass Qwen3VLText = new("qwen3_vl_text", """
        {"vocab_size":151936,"hidden_size":4096,"intermediate_size":22016,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":32,
         "head_dim":128,"max_position_embeddings":128000,"rms_norm_eps":1e-6,"rope_theta":5000000.0,"rope_scaling":null}
        """) { ChecksRopeScaling = true };

    /// <summary>Qwen3VLConfig.</summary>
    public static readonly ConfigClass Qwen3VL = new("qwen3_vl", Qwen3Root) { TextModelType = "qwen3_vl_text", Adjust = FillDeepstackLayers };

    /// <summary>Qwen3VLMoeTextConfig.</summary>
    public static readonly ConfigClass Qwen3VLMoeText = new("qwen3_vl_moe_text", """
        {"vocab_size":151936,"hidden_size":2048,"intermediate_size":5632,"num_hidden_layers":24,"num_attention_heads":16,"num_key_value_heads":16,
         "max_position_embeddings":128000,"rms_norm_eps":1e-6,"rope_theta":5000000.0,"rope_scaling":null,"head_dim":null,"moe_intermediate_size":1408,
         "num_experts_per_tok":4,"num_experts":60}
        """) { FillsHeadDim = true, ChecksRopeScaling = true };

    /// <summary>Qwen3VLMoeConfig.</summary>
    public static readonly ConfigClass Qwen3VLMoe = new("qwen3_vl_moe", Qwen3Root) { TextModelType = "qwen3_vl_moe_text", Adjust = FillDeepstackLayers };

    /// <summary>A vision part that does not say which of its layers the text part takes has three such layers.</summary>
    private static bool FillDeepstackLayers(Dictionary<string, JsonElement> values)
    {
        var vision = values.TryGetValue("vision_config", out var given) && given.ValueKind == JsonValueKind.Object
            ? given.EnumerateObject().ToDictionary(property => property.Name, property => property.Value, StringComparer.Ordinal)
            : [];
        if (vision.TryAdd("deepstack_visual_indexes", JsonElements.Of([8L, 16, 24])))
        {
            values["vision_config"] = JsonElements.Of(vision);
        }

        return true;
    }
}
