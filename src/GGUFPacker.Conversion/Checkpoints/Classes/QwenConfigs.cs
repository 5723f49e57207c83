namespace GGUFPacker.Conversion.Checkpoints.Classes;

/// <summary>Qwen2 and Qwen3, dense and with experts, in transformers 4.57.</summary>
[ConfigClasses]
internal static class QwenConfigs
{
    /// <summary>Qwen2Config.</summary>
    public static readonly ConfigClass Qwen2 = new("qwen2", """
        {"vocab_size":151936,"hidden_size":4096,"intermediate_size":22016,"num_hidden_layers":32,"num_attention_heads":32,
         "num_key_value_heads":32,"max_position_embeddings":32768,"rms_norm_eps":1e-6,"rope_theta":10000.0,"rope_scaling":null}
        """) { ChecksRopeScaling = true };

    /// <summary>Qwen2MoeConfig.</summary>
    public static readonly ConfigClass Qwen2Moe = new("qwen2_moe", """
        {"vocab_size":151936,"hidden_size":2048,"intermediate_size":5632,"num_hidden_layers":24,"num_attention_heads":16,"num_key_value_heads":16,
         "max_position_embeddings":32768,"rms_norm_eps":1e-6,"rope_theta":10000.0,"rope_scaling":null,"moe_intermediate_size":1408,
         "shared_expert_intermediate_size":5632,"num_experts_per_tok":4,"num_experts":60}
        """) { ChecksRopeScaling = true };

    /// <summary>Qwen3Config.</summary>
    public static readonly ConfigClass Qwen3 = new("qwen3", """
        {"vocab_size":151936,"hidden_size":4096,"intermediate_size":22016,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":32,
         "head_dim":128,"max_position_embeddings":32768,"rms_norm_eps":1e-6,"rope_theta":10000.0,"rope_scaling":null,"tie_word_embeddings":false}
        """) { ChecksRopeScaling = true };

    /// <summary>Qwen3MoeConfig.</summary>
    public static readonly ConfigClass Qwen3Moe = new("qwen3_moe", """
        {"vocab_size":151936,"hidden_size":2048,"intermediate_size":6144,"num_hidden_layers":24,"num_attention_heads":32,"num_key_value_heads":4,
         "max_position_embeddings":32768,"rms_norm_eps":1e-6,"rope_theta":10000.0,"rope_scaling":null,"moe_intermediate_size":768,
         "num_experts_per_tok":8,"num_experts":128}
        """) { ChecksRopeScaling = true };

    /// <summary>Qwen3NextConfig. It names the kind of every layer: each fourth one has full attention.</summary>
    public static readonly ConfigClass Qwen3Next = new("qwen3_next", """
        {"vocab_size":151936,"hidden_size":2048,"intermediate_size":5632,"num_hidden_layers":48,"num_attention_heads":16,"num_key_value_heads":2,
         "max_position_embeddings":32768,"rms_norm_eps":1e-6,"rope_theta":10000.0,"rope_scaling":null,"partial_rotary_factor":0.25,"head_dim":256,
         "linear_conv_kernel_dim":4,"linear_key_head_dim":128,"linear_value_head_dim":128,"linear_num_key_heads":16,"linear_num_value_heads":32,
         "moe_intermediate_size":512,"shared_expert_intermediate_size":512,"num_experts_per_tok":10,"num_experts":512}
        """)
    {
        ChecksRopeScaling = true,
        Adjust = values => LayerTypeLists.FillByInterval(values, "full_attention_interval", 4, "linear_attention", "full_attention"),
    };
}
