namespace GGUFPacker.Conversion.Checkpoints.Classes;

/// <summary>ERNIE 4.5 in transformers 4.57.</summary>
[ConfigClasses]
internal static class ErnieConfigs
{
    /// <summary>Ernie4_5Config.</summary>
    public static readonly ConfigClass Ernie45 = new("ernie4_5", """
        {"vocab_size":103424,"hidden_size":1024,"intermediate_size":3072,"num_hidden_layers":18,"num_attention_heads":16,"num_key_value_heads":2,
         "max_position_embeddings":131072,"rms_norm_eps":1e-5,"rope_theta":500000.0,"rope_scaling":null,"head_dim":128}
        """) { ChecksRopeScaling = true };

    /// <summary>Ernie4_5_MoeConfig.</summary>
    public static readonly ConfigClass Ernie45Moe = new("ernie4_5_moe", """
        {"vocab_size":103424,"hidden_size":2560,"intermediate_size":12288,"num_hidden_layers":28,"num_attention_heads":20,"num_key_value_heads":4,
         "max_position_embeddings":131072,"rms_norm_eps":1e-5,"rope_theta":500000.0,"rope_scaling":null,"moe_intermediate_size":1536,"moe_k":6,
         "moe_num_experts":64,"moe_num_shared_experts":2,"moe_layer_start_index":1,"moe_layer_interval":1}
        """) { ChecksRopeScaling = true };
}
