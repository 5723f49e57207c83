namespace GGUFPacker.Conversion.Checkpoints.Classes;

/// <summary>Llama and its relatives in transformers 4.57.</summary>
[ConfigClasses]
internal static class LlamaConfigs
{
    /// <summary>LlamaConfig.</summary>
    public static readonly ConfigClass Llama = new("llama", """
        {"vocab_size":32000,"hidden_size":4096,"intermediate_size":11008,"num_hidden_layers":32,"num_attention_heads":32,
         "num_key_value_heads":null,"max_position_embeddings":2048,"rms_norm_eps":1e-6,"rope_theta":10000.0,"rope_scaling":null,"head_dim":null}
        """) { FillsHeadDim = true, ChecksRopeScaling = true };

    /// <summary>MistralConfig.</summary>
    public static readonly ConfigClass Mistral = new("mistral", """
        {"vocab_size":32000,"hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,"num_attention_heads":32,
         "num_key_value_heads":8,"max_position_embeddings":131072,"rms_norm_eps":1e-6,"rope_theta":10000.0,"head_dim":null,"sliding_window":4096}
        """);

    /// <summary>MixtralConfig.</summary>
    public static readonly ConfigClass Mixtral = new("mixtral", """
        {"vocab_size":32000,"hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,"num_attention_heads":32,
         "num_key_value_heads":8,"max_position_embeddings":131072,"rms_norm_eps":1e-5,"rope_theta":1000000.0,"head_dim":null,
         "num_experts_per_tok":2,"num_local_experts":8}
        """);

    /// <summary>Mistral3Config.</summary>
    public static readonly ConfigClass Mistral3 = new("mistral3", "{}") { TextModelType = "mistral", TextModelTypeVaries = true };

    /// <summary>LlavaConfig.</summary>
    public static readonly ConfigClass Llava = new("llava", "{}") { TextModelType = "llama", TextModelTypeVaries = true };

    /// <summary>VoxtralConfig.</summary>
    public static readonly ConfigClass Voxtral = new("voxtral", "{}") { TextModelType = "llama", TextModelTypeVaries = true };
}
