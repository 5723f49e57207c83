using System.Text.Json;

namespace GGUFPacker.Conversion.Checkpoints.Classes;

/// <summary>DeepSeek V2 and V3 in transformers 4.57. Their head_dim is the rotated part of a head, whatever the file says.</summary>
[ConfigClasses]
internal static class DeepseekConfigs
{
    /// <summary>DeepseekV2Config.</summary>
    public static readonly ConfigClass DeepseekV2 = new("deepseek_v2", """
        {"vocab_size":32000,"hidden_size":4096,"intermediate_size":11008,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":null,
         "max_position_embeddings":2048,"rms_norm_eps":1e-6,"rope_theta":10000.0,"rope_scaling":null,"first_k_dense_replace":0,"kv_lora_rank":512,
         "q_lora_rank":1536,"n_group":null,"n_routed_experts":64,"n_shared_experts":2,"qk_nope_head_dim":128,"qk_rope_head_dim":64,
         "routed_scaling_factor":1.0,"topk_group":null,"v_head_dim":128,"num_experts_per_tok":null,"norm_topk_prob":false,
         "moe_intermediate_size":1407,"tie_word_embeddings":false}
        """) { ChecksRopeScaling = true, Adjust = SetHeadDim };

    /// <summary>DeepseekV3Config.</summary>
    public static readonly ConfigClass DeepseekV3 = new("deepseek_v3", """
        {"vocab_size":129280,"hidden_size":7168,"intermediate_size":18432,"moe_intermediate_size":2048,"num_hidden_layers":61,
         "num_attention_heads":128,"num_key_value_heads":128,"n_shared_experts":1,"n_routed_experts":256,"routed_scaling_factor":2.5,
         "kv_lora_rank":512,"q_lora_rank":1536,"qk_rope_head_dim":64,"v_head_dim":128,"qk_nope_head_dim":128,"n_group":8,"topk_group":4,
         "num_experts_per_tok":8,"first_k_dense_replace":3,"norm_topk_prob":true,"max_position_embeddings":4096,"rms_norm_eps":1e-6,
         "rope_theta":10000.0,"rope_scaling":null,"tie_word_embeddings":false}
        """) { ChecksRopeScaling = true, Adjust = SetHeadDim };

    private static bool SetHeadDim(Dictionary<string, JsonElement> values)
    {
        values["head_dim"] = values["qk_rope_head_dim"];
        return true;
    }
}
