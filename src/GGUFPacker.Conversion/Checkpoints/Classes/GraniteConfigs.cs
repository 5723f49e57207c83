namespace GGUFPacker.Conversion.Checkpoints.Classes;

/// <summary>Granite in transformers 4.57.</summary>
[ConfigClasses]
internal static class GraniteConfigs
{
    private const string Common = """
        {"vocab_size":32000,"hidden_size":4096,"intermediate_size":11008,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":null,
         "max_position_embeddings":2048,"rms_norm_eps":1e-6,"rope_theta":10000.0,"rope_scaling":null,"embedding_multiplier":1.0,"logits_scaling":1.0,
         "residual_multiplier":1.0,"attention_multiplier":1.0
        """;

    private const string Experts = Common + ",\"num_local_experts\":8,\"num_experts_per_tok\":2";

    /// <summary>GraniteConfig.</summary>
    public static readonly ConfigClass Granite = new("granite", Common + "}");

    /// <summary>GraniteMoeConfig.</summary>
    public static readonly ConfigClass GraniteMoe = new("granitemoe", Experts + "}");

    /// <summary>GraniteMoeSharedConfig.</summary>
    public static readonly ConfigClass GraniteMoeShared = new("granitemoeshared", Experts + ",\"shared_intermediate_size\":0}");
}
