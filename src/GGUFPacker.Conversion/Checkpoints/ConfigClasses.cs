using System.Collections.Frozen;

namespace GGUFPacker.Conversion.Checkpoints;

/// <summary>The configuration classes of transformers 4.57 for the model types that are converted; other model types have no defaults.</summary>
internal static class ConfigClasses
{
    private static readonly FrozenDictionary<string, ConfigClass> ByModelType = new ConfigClass[]
    {
        new("llama", """
            {"vocab_size":32000,"hidden_size":4096,"intermediate_size":11008,"num_hidden_layers":32,"num_attention_heads":32,
             "num_key_value_heads":null,"max_position_embeddings":2048,"rms_norm_eps":1e-6,"rope_theta":10000.0,"rope_scaling":null,"head_dim":null}
            """) { FillsHeadDim = true, ChecksRopeScaling = true },
        new("mistral", """
            {"vocab_size":32000,"hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,"num_attention_heads":32,
             "num_key_value_heads":8,"max_position_embeddings":131072,"rms_norm_eps":1e-6,"rope_theta":10000.0,"head_dim":null,"sliding_window":4096}
            """),
        new("mixtral", """
            {"vocab_size":32000,"hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,"num_attention_heads":32,
             "num_key_value_heads":8,"max_position_embeddings":131072,"rms_norm_eps":1e-5,"rope_theta":1000000.0,"head_dim":null,
             "num_experts_per_tok":2,"num_local_experts":8}
            """),
        new("qwen2", """
            {"vocab_size":151936,"hidden_size":4096,"intermediate_size":22016,"num_hidden_layers":32,"num_attention_heads":32,
             "num_key_value_heads":32,"max_position_embeddings":32768,"rms_norm_eps":1e-6,"rope_theta":10000.0,"rope_scaling":null}
            """) { ChecksRopeScaling = true },
    }.ToFrozenDictionary(configClass => configClass.ModelType, StringComparer.Ordinal);

    /// <summary>The class of a model type, or null.</summary>
    public static ConfigClass? Find(string? modelType) => modelType is null ? null : ByModelType.GetValueOrDefault(modelType);
}
