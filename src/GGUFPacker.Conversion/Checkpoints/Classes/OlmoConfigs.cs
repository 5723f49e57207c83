namespace GGUFPacker.Conversion.Checkpoints.Classes;

/// <summary>OLMo 1 to 3 and OLMoE in transformers 4.57.</summary>
[ConfigClasses]
internal static class OlmoConfigs
{
    /// <summary>OlmoConfig.</summary>
    public static readonly ConfigClass Olmo = new("olmo", """
        {"vocab_size":50304,"hidden_size":4096,"intermediate_size":11008,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":null,
         "max_position_embeddings":2048,"rope_theta":10000.0,"rope_scaling":null,"clip_qkv":null}
        """);

    /// <summary>Olmo2Config.</summary>
    public static readonly ConfigClass Olmo2 = new("olmo2", """
        {"vocab_size":50304,"hidden_size":4096,"intermediate_size":11008,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":null,
         "max_position_embeddings":2048,"rms_norm_eps":1e-5,"rope_theta":10000.0,"rope_scaling":null}
        """);

    /// <summary>Olmo3Config. It names the kind of every layer: each fourth one has full attention.</summary>
    public static readonly ConfigClass Olmo3 = new("olmo3", """
        {"vocab_size":50304,"hidden_size":4096,"intermediate_size":11008,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":null,
         "max_position_embeddings":2048,"rms_norm_eps":1e-5,"rope_theta":10000.0,"rope_scaling":null,"sliding_window":4096}
        """)
    {
        ChecksRopeScaling = true,
        Adjust = values => LayerTypeLists.FillByInterval(values, null, 4, "sliding_attention", "full_attention"),
    };

    /// <summary>OlmoeConfig.</summary>
    public static readonly ConfigClass Olmoe = new("olmoe", """
        {"vocab_size":50304,"hidden_size":2048,"intermediate_size":2048,"num_hidden_layers":16,"num_attention_heads":16,"num_key_value_heads":null,
         "max_position_embeddings":4096,"rms_norm_eps":1e-5,"rope_theta":10000.0,"rope_scaling":null,"num_experts_per_tok":8,"num_experts":64}
        """) { ChecksRopeScaling = true };
}
