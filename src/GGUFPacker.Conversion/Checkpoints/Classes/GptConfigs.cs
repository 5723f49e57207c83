namespace GGUFPacker.Conversion.Checkpoints.Classes;

/// <summary>OpenAI's models in transformers 4.57.</summary>
[ConfigClasses]
internal static class GptConfigs
{
    /// <summary>GptOssConfig.</summary>
    public static readonly ConfigClass GptOss = new("gpt_oss", """
        {"num_hidden_layers":36,"num_local_experts":128,"vocab_size":201088,"hidden_size":2880,"intermediate_size":2880,"head_dim":64,
         "num_attention_heads":64,"num_key_value_heads":8,"sliding_window":128,"rope_theta":150000.0,"max_position_embeddings":131072,
         "rms_norm_eps":1e-5,"num_experts_per_tok":4,
         "rope_scaling":{"rope_type":"yarn","factor":32.0,"beta_fast":32.0,"beta_slow":1.0,"truncate":false,"original_max_position_embeddings":4096}}
        """) { ChecksRopeScaling = true };

    /// <summary>GPT2Config.</summary>
    public static readonly ConfigClass Gpt2 = new("gpt2", """
        {"vocab_size":50257,"n_positions":1024,"n_embd":768,"n_layer":12,"n_head":12,"n_inner":null,"layer_norm_epsilon":1e-5}
        """);
}
