using System.Text.Json;

namespace GGUFPacker.Conversion.Checkpoints.Classes;

/// <summary>Gemma 1 to 3 in transformers 4.57.</summary>
[ConfigClasses]
internal static class GemmaConfigs
{
    /// <summary>GemmaConfig.</summary>
    public static readonly ConfigClass Gemma = new("gemma", """
        {"vocab_size":256000,"hidden_size":3072,"intermediate_size":24576,"num_hidden_layers":28,"num_attention_heads":16,"num_key_value_heads":16,
         "head_dim":256,"max_position_embeddings":8192,"rms_norm_eps":1e-6,"rope_theta":10000.0}
        """);

    /// <summary>Gemma2Config.</summary>
    public static readonly ConfigClass Gemma2 = new("gemma2", """
        {"vocab_size":256000,"hidden_size":2304,"intermediate_size":9216,"num_hidden_layers":26,"num_attention_heads":8,"num_key_value_heads":4,
         "head_dim":256,"max_position_embeddings":8192,"rms_norm_eps":1e-6,"rope_theta":10000.0,"sliding_window":4096,
         "final_logit_softcapping":30.0,"attn_logit_softcapping":50.0}
        """);

    /// <summary>Gemma3TextConfig. It halves the window of a model that looks both ways.</summary>
    public static readonly ConfigClass Gemma3Text = new("gemma3_text", """
        {"vocab_size":262208,"hidden_size":2304,"intermediate_size":9216,"num_hidden_layers":26,"num_attention_heads":8,"num_key_value_heads":4,
         "head_dim":256,"max_position_embeddings":131072,"rms_norm_eps":1e-6,"rope_theta":1000000.0,"rope_scaling":null,"sliding_window":4096,
         "rope_local_base_freq":10000.0,"final_logit_softcapping":null,"attn_logit_softcapping":null,"use_bidirectional_attention":false}
        """)
    {
        ChecksRopeScaling = true,
        Adjust = values =>
        {
            if (values["use_bidirectional_attention"].ValueKind == JsonValueKind.True && values["sliding_window"].TryGetInteger(out var window))
            {
                values["sliding_window"] = JsonElements.Of((window / 2) + 1);
            }

            return true;
        },
    };

    /// <summary>Gemma3Config.</summary>
    public static readonly ConfigClass Gemma3 = new("gemma3", "{}") { TextModelType = "gemma3_text" };
}
