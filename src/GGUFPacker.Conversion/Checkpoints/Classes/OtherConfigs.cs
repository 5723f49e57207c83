using System.Text.Json;

namespace GGUFPacker.Conversion.Checkpoints.Classes;

/// <summary>Families with a single class in transformers 4.57.</summary>
[ConfigClasses]
internal static class OtherConfigs
{
    /// <summary>ArceeConfig.</summary>
    public static readonly ConfigClass Arcee = new("arcee", """
        {"vocab_size":32000,"hidden_size":2560,"intermediate_size":18432,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":null,
         "max_position_embeddings":4096,"rms_norm_eps":1e-5,"rope_theta":10000.0,"rope_scaling":null,"head_dim":null}
        """) { FillsHeadDim = true, ChecksRopeScaling = true };

    /// <summary>ApertusConfig.</summary>
    public static readonly ConfigClass Apertus = new("apertus", """
        {"vocab_size":131072,"hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":null,
         "max_position_embeddings":65536,"rms_norm_eps":1e-5,"rope_theta":12000000.0,
         "rope_scaling":{"rope_type":"llama3","factor":8.0,"original_max_position_embeddings":8192,"low_freq_factor":1.0,"high_freq_factor":4.0}}
        """) { ChecksRopeScaling = true };

    /// <summary>BloomConfig.</summary>
    public static readonly ConfigClass Bloom = new("bloom", """
        {"vocab_size":250880,"hidden_size":64,"n_layer":2,"n_head":8,"layer_norm_epsilon":1e-5}
        """)
    {
        Adjust = values =>
        {
            if (values.TryGetValue("n_embed", out var size) && size.ValueKind != JsonValueKind.Null)
            {
                values["hidden_size"] = size;
            }

            return true;
        },
    };

    /// <summary>ChameleonConfig.</summary>
    public static readonly ConfigClass Chameleon = new("chameleon", """
        {"vocab_size":65536,"hidden_size":4096,"intermediate_size":11008,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":32,
         "max_position_embeddings":4096,"rms_norm_eps":1e-5,"rope_theta":10000.0,"rope_scaling":null}
        """);

    /// <summary>Dots1Config.</summary>
    public static readonly ConfigClass Dots1 = new("dots1", """
        {"vocab_size":152064,"hidden_size":4608,"intermediate_size":10944,"moe_intermediate_size":1408,"num_hidden_layers":62,
         "num_attention_heads":32,"num_key_value_heads":32,"n_shared_experts":null,"n_routed_experts":null,"n_group":1,"topk_group":1,
         "num_experts_per_tok":null,"first_k_dense_replace":0,"max_position_embeddings":2048,"rms_norm_eps":1e-6,"rope_theta":10000.0,
         "rope_scaling":null,"routed_scaling_factor":1.0}
        """) { ChecksRopeScaling = true };

    /// <summary>Exaone4Config. It names the kind of every layer: each fourth one has full attention.</summary>
    public static readonly ConfigClass Exaone4 = new("exaone4", """
        {"vocab_size":102400,"hidden_size":4096,"intermediate_size":16384,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":32,
         "max_position_embeddings":2048,"rms_norm_eps":1e-5,"rope_theta":10000.0,"rope_scaling":null,"sliding_window":4096,"sliding_window_pattern":4}
        """)
    {
        ChecksRopeScaling = true,
        Adjust = values =>
        {
            if (values["sliding_window"].ValueKind == JsonValueKind.Null)
            {
                values["sliding_window_pattern"] = JsonElements.Of(0);
            }

            return LayerTypeLists.FillByInterval(values, "sliding_window_pattern", 0, "sliding_attention", "full_attention");
        },
    };

    /// <summary>MptConfig. Its part about attention has defaults of its own.</summary>
    public static readonly ConfigClass Mpt = new("mpt", """
        {"vocab_size":50368,"d_model":2048,"n_heads":16,"n_layers":24,"max_seq_len":2048,"attn_config":null}
        """)
    {
        Adjust = values =>
        {
            var attention = values["attn_config"];
            KeyValuePair<string, JsonElement>[] defaults =
            [
                new("alibi", JsonElement.Parse("true"u8)), new("alibi_bias_max", JsonElements.Of(8)), new("clip_qkv", JsonElements.Null),
            ];
            values["attn_config"] = JsonElements.Of(attention.ValueKind == JsonValueKind.Object
                ? defaults.Where(entry => !attention.TryGetProperty(entry.Key, out _))
                    .Concat(attention.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, property.Value)))
                : defaults);
            return true;
        },
    };

    /// <summary>FalconConfig. Without a number of key-value heads it takes that of the heads.</summary>
    public static readonly ConfigClass Falcon = new("falcon", """
        {"vocab_size":65024,"hidden_size":4544,"num_hidden_layers":32,"num_attention_heads":71,"layer_norm_epsilon":1e-5,"num_kv_heads":null,
         "max_position_embeddings":2048,"rope_theta":10000.0}
        """)
    {
        Adjust = values =>
        {
            if (values["num_kv_heads"].ValueKind == JsonValueKind.Null)
            {
                values["num_kv_heads"] = values["num_attention_heads"];
            }

            return true;
        },
    };

    /// <summary>HunYuanDenseV1Config.</summary>
    public static readonly ConfigClass HunyuanDense = new("hunyuan_v1_dense", """
        {"vocab_size":290943,"hidden_size":4096,"intermediate_size":11008,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":null,
         "max_position_embeddings":2048,"rms_norm_eps":1e-5,"rope_theta":10000.0,"rope_scaling":null,"head_dim":null,"eod_token_id":3}
        """);

    /// <summary>Lfm2Config. The feed-forward size may have an older name, and the layers' kinds may be given as a list of those with attention.</summary>
    public static readonly ConfigClass Lfm2 = new("lfm2", """
        {"vocab_size":65536,"hidden_size":2560,"intermediate_size":12288,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,
         "max_position_embeddings":128000,"norm_eps":1e-5,"rope_theta":1000000.0,"conv_L_cache":3,"block_multiple_of":256,
         "block_ffn_dim_multiplier":1.0,"block_auto_adjust_ff_dim":true}
        """) { Adjust = AdjustLfm2 };

    private static bool AdjustLfm2(Dictionary<string, JsonElement> values)
    {
        if (values.TryGetValue("theta", out var theta))
        {
            values["rope_theta"] = theta;
        }

        if (values.TryGetValue("block_ff_dim", out var size))
        {
            values["intermediate_size"] = size;
        }

        if (values.TryGetValue("layer_types", out var types) && types.ValueKind != JsonValueKind.Null)
        {
            return true;
        }

        if (!values["num_hidden_layers"].TryGetInteger(out var layers) || layers is < 0 or > 1 << 16)
        {
            return false;
        }

        HashSet<long>? withAttention = values.TryGetValue("full_attn_idxs", out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(item => item.TryGetInteger(out var layer) ? layer : -1)]
            : null;
        values["layer_types"] = JsonElements.Of(
            Enumerable.Range(0, (int)layers).Select(layer => withAttention?.Contains(layer) == false ? "conv" : "full_attention"));
        return true;
    }
}
