namespace GGUFPacker.Conversion.Checkpoints.Classes;

/// <summary>Cohere's models in transformers 4.57.</summary>
[ConfigClasses]
internal static class CohereConfigs
{
    private const string Common = """
        {"vocab_size":256000,"hidden_size":8192,"intermediate_size":22528,"logit_scale":0.0625,"num_hidden_layers":40,"num_attention_heads":64,
         "num_key_value_heads":null,"max_position_embeddings":8192,"layer_norm_eps":1e-5,"rope_theta":10000.0,"rope_scaling":null
        """;

    /// <summary>CohereConfig.</summary>
    public static readonly ConfigClass Cohere = new("cohere", Common + "}") { ChecksRopeScaling = true };

    /// <summary>Cohere2Config.</summary>
    public static readonly ConfigClass Cohere2 = new("cohere2", Common + ",\"sliding_window\":4096}") { ChecksRopeScaling = true, FillsHeadDim = true };
}
