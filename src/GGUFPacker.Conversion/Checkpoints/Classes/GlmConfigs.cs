namespace GGUFPacker.Conversion.Checkpoints.Classes;

/// <summary>GLM in transformers 4.57.</summary>
[ConfigClasses]
internal static class GlmConfigs
{
    /// <summary>GlmConfig.</summary>
    public static readonly ConfigClass Glm = new("glm", """
        {"vocab_size":151552,"hidden_size":4096,"intermediate_size":13696,"num_hidden_layers":40,"num_attention_heads":32,"num_key_value_heads":2,
         "partial_rotary_factor":0.5,"head_dim":128,"max_position_embeddings":131072,"rms_norm_eps":1.5625e-7,"rope_theta":10000.0}
        """);

    /// <summary>Glm4Config.</summary>
    public static readonly ConfigClass Glm4 = new("glm4", """
        {"vocab_size":151552,"hidden_size":4096,"intermediate_size":13696,"num_hidden_layers":40,"num_attention_heads":32,"num_key_value_heads":2,
         "partial_rotary_factor":0.5,"head_dim":128,"max_position_embeddings":131072,"rms_norm_eps":1.5625e-7,"rope_theta":10000.0}
        """);

    /// <summary>Glm4MoeConfig.</summary>
    public static readonly ConfigClass Glm4Moe = new("glm4_moe", """
        {"vocab_size":151552,"hidden_size":4096,"intermediate_size":10944,"num_hidden_layers":46,"num_attention_heads":96,
         "partial_rotary_factor":0.5,"num_key_value_heads":8,"max_position_embeddings":131072,"rms_norm_eps":1e-5,"rope_theta":10000.0,
         "rope_scaling":null,"moe_intermediate_size":1408,"num_experts_per_tok":8,"n_shared_experts":1,"n_routed_experts":128,
         "routed_scaling_factor":1.0,"n_group":1,"topk_group":1,"first_k_dense_replace":1,"norm_topk_prob":true}
        """) { ChecksRopeScaling = true };

    /// <summary>Glm4vConfig.</summary>
    public static readonly ConfigClass Glm4v = new("glm4v", "{}") { TextModelType = "glm4v_text" };

    /// <summary>Glm4vTextConfig.</summary>
    public static readonly ConfigClass Glm4vText = new("glm4v_text", """
        {"vocab_size":151552,"hidden_size":4096,"intermediate_size":13696,"num_hidden_layers":40,"num_attention_heads":32,"num_key_value_heads":2,
         "max_position_embeddings":32768,"rms_norm_eps":1e-5,"rope_theta":10000.0,"rope_scaling":null}
        """) { ChecksRopeScaling = true };

    /// <summary>Glm4vMoeConfig.</summary>
    public static readonly ConfigClass Glm4vMoe = new("glm4v_moe", "{}") { TextModelType = "glm4v_moe_text" };

    /// <summary>Glm4vMoeTextConfig.</summary>
    public static readonly ConfigClass Glm4vMoeText = new("glm4v_moe_text", """
        {"vocab_size":151424,"hidden_size":4096,"intermediate_size":10944,"num_hidden_layers":46,"num_attention_heads":96,
         "partial_rotary_factor":0.5,"num_key_value_heads":8,"max_position_embeddings":65536,"rms_norm_eps":1e-5,"rope_theta":10000.0,
         "rope_scaling":null,"moe_intermediate_size":1408,"num_experts_per_tok":8,"n_shared_experts":1,"n_routed_experts":128,
         "routed_scaling_factor":1.0,"n_group":1,"topk_group":1,"first_k_dense_replace":1,"norm_topk_prob":true}
        """) { ChecksRopeScaling = true };
}
