using System.Text.Json;

namespace GGUFPacker.Conversion.Checkpoints.Classes;

/// <summary>Models with state spaces beside attention, in transformers 4.57.</summary>
[ConfigClasses]
internal static class HybridConfigs
{
    /// <summary>JambaConfig.</summary>
    public static readonly ConfigClass Jamba = new("jamba", """
        {"vocab_size":65536,"hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,
         "max_position_embeddings":262144,"rms_norm_eps":1e-6,"num_experts_per_tok":2,"num_experts":16,"expert_layer_period":2,"expert_layer_offset":1,
         "attn_layer_period":8,"attn_layer_offset":4,"mamba_d_state":16,"mamba_d_conv":4,"mamba_expand":2,"mamba_dt_rank":"auto"}
        """)
    {
        Adjust = values =>
        {
            if (values["mamba_dt_rank"] is { ValueKind: JsonValueKind.String } rank && rank.GetString() == "auto"
                && values["hidden_size"].TryGetInteger(out var size))
            {
                values["mamba_dt_rank"] = JsonElements.Of((size + 15) / 16);
            }

            return true;
        },
    };

    /// <summary>GraniteMoeHybridConfig. It has no rotary embedding to check.</summary>
    public static readonly ConfigClass GraniteMoeHybrid = new("granitemoehybrid", """
        {"vocab_size":32000,"hidden_size":4096,"intermediate_size":11008,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":null,
         "max_position_embeddings":2048,"rms_norm_eps":1e-6,"rope_theta":10000.0,"rope_scaling":null,"embedding_multiplier":1.0,"logits_scaling":1.0,
         "residual_multiplier":1.0,"attention_multiplier":1.0,"num_local_experts":8,"num_experts_per_tok":2,"shared_intermediate_size":1024,
         "mamba_n_heads":128,"mamba_n_groups":1,"mamba_d_state":256,"mamba_d_head":"auto","mamba_d_conv":4,"mamba_expand":2,"layer_types":null}
        """) { Adjust = FillHeadSize };

    /// <summary>BambaConfig.</summary>
    public static readonly ConfigClass Bamba = new("bamba", """
        {"vocab_size":128000,"hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,
         "max_position_embeddings":262144,"rms_norm_eps":1e-5,"rope_theta":10000.0,"rope_scaling":null,"attn_layer_indices":null,"mamba_n_heads":128,"mamba_n_groups":1,
         "mamba_d_state":256,"mamba_d_head":"auto","mamba_d_conv":4,"mamba_expand":2,"partial_rotary_factor":0.5}
        """) { Adjust = FillHeadSize };

    /// <summary>FalconH1Config.</summary>
    public static readonly ConfigClass FalconH1 = new("falcon_h1", """
        {"vocab_size":128000,"hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,
         "max_position_embeddings":8192,"rms_norm_eps":1e-5,"rope_theta":100000.0,"rope_scaling":null,"mamba_d_ssm":1024,"mamba_n_heads":128,
         "mamba_n_groups":1,"mamba_d_state":256,"mamba_d_head":"auto","mamba_d_conv":4,"mamba_expand":2,"lm_head_multiplier":1.0,
         "embedding_multiplier":1.0,"mlp_multipliers":[1.0,1.0],"key_multiplier":1.0,"attention_out_multiplier":1.0,"attention_in_multiplier":1.0,
         "ssm_multipliers":[1.0,1.0,1.0,1.0,1.0],"ssm_in_multiplier":1.0,"ssm_out_multiplier":1.0}
        """)
    {
        Adjust = values =>
        {
            if (values["mamba_d_head"].ValueKind == JsonValueKind.String && values["mamba_d_ssm"].TryGetInteger(out var size)
                && values["mamba_n_heads"].TryGetInteger(out var heads) && heads > 0)
            {
                values["mamba_d_head"] = JsonElements.Of(size / heads);
            }

            return true;
        },
    };

    /// <summary>The size of a head of the state space follows from the number of heads.</summary>
    private static bool FillHeadSize(Dictionary<string, JsonElement> values)
    {
        if (values["mamba_d_head"].ValueKind == JsonValueKind.String && values["mamba_expand"].TryGetInteger(out var factor)
            && values["hidden_size"].TryGetInteger(out var size) && values["mamba_n_heads"].TryGetInteger(out var heads) && heads > 0)
        {
            values["mamba_d_head"] = JsonElements.Of(factor * size / heads);
        }

        return true;
    }
}
