namespace GGUFPacker.Conversion.Checkpoints.Classes;

/// <summary>Dense models of several makers in transformers 4.57.</summary>
[ConfigClasses]
internal static class DenseConfigs
{
    /// <summary>GPTBigCodeConfig.</summary>
    public static readonly ConfigClass GptBigCode = new("gpt_bigcode", """
        {"vocab_size":50257,"n_positions":1024,"n_embd":768,"n_layer":12,"n_head":12,"n_inner":null,"layer_norm_epsilon":1e-5}
        """);

    /// <summary>Starcoder2Config.</summary>
    public static readonly ConfigClass Starcoder2 = new("starcoder2", """
        {"vocab_size":49152,"hidden_size":3072,"intermediate_size":12288,"num_hidden_layers":30,"num_attention_heads":24,"num_key_value_heads":2,
         "max_position_embeddings":4096,"norm_epsilon":1e-5,"rope_theta":10000.0,"rope_scaling":null}
        """) { ChecksRopeScaling = true };

    /// <summary>StableLmConfig.</summary>
    public static readonly ConfigClass StableLm = new("stablelm", """
        {"vocab_size":50304,"hidden_size":2560,"intermediate_size":6912,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":32,
         "max_position_embeddings":4096,"layer_norm_eps":1e-5,"rope_theta":10000,"rope_scaling":null,"partial_rotary_factor":0.25,
         "use_parallel_residual":false}
        """) { ChecksRopeScaling = true };

    /// <summary>SmolLM3Config.</summary>
    public static readonly ConfigClass SmolLM3 = new("smollm3", """
        {"vocab_size":128256,"hidden_size":2048,"intermediate_size":11008,"num_hidden_layers":36,"num_attention_heads":16,"num_key_value_heads":4,
         "max_position_embeddings":32768,"rms_norm_eps":1e-6,"rope_theta":2000000.0,"rope_scaling":null}
        """) { ChecksRopeScaling = true };

    /// <summary>SeedOssConfig.</summary>
    public static readonly ConfigClass SeedOss = new("seed_oss", """
        {"vocab_size":155136,"hidden_size":4096,"intermediate_size":27648,"num_hidden_layers":64,"num_attention_heads":80,"num_key_value_heads":8,
         "max_position_embeddings":524288,"rms_norm_eps":1e-6,"rope_theta":10000.0,"rope_scaling":null,"head_dim":128}
        """) { ChecksRopeScaling = true };

    /// <summary>GPTNeoXConfig. The names of the rotary embedding that are common elsewhere are set from its own.</summary>
    public static readonly ConfigClass GptNeoX = new("gpt_neox", """
        {"vocab_size":50432,"hidden_size":6144,"intermediate_size":24576,"num_hidden_layers":44,"num_attention_heads":64,"max_position_embeddings":2048,
         "layer_norm_eps":1e-5,"rotary_pct":0.25,"rotary_emb_base":10000,"use_parallel_residual":true,"rope_scaling":null}
        """) { ChecksRopeScaling = true };

    /// <summary>NemotronConfig.</summary>
    public static readonly ConfigClass Nemotron = new("nemotron", """
        {"vocab_size":256000,"hidden_size":6144,"intermediate_size":24576,"num_hidden_layers":32,"num_attention_heads":48,"num_key_value_heads":null,
         "head_dim":null,"max_position_embeddings":4096,"norm_eps":1e-5,"rope_theta":10000.0,"partial_rotary_factor":0.5}
        """) { FillsHeadDim = true };
}
