using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>The hyperparameters that all text models share, in llama.cpp's order.</summary>
internal static class CommonParameters
{
    /// <summary>Writes the keys.</summary>
    public static void Write(ParameterWriter writer, ModelConfig config, RopeParameters rope, long blockCount)
    {
        writer.Count("block_count", blockCount, "num_hidden_layers");
        writer.Count("context_length", config.Find("max_position_embeddings", "n_ctx", "n_positions", "max_length", "max_sequence_length", "model_max_length"));
        writer.Count("embedding_length", config.Find("hidden_size", "n_embd", "dim"));
        writer.CountOrCounts(
            "feed_forward_length",
            config.Find("prefix_dense_intermediate_size", "dense_intermediate_size", "intermediate_size", "n_inner", "hidden_dim"));
        writer.CountOrCounts("attention.head_count", config.Find("num_attention_heads", "n_head", "n_heads"));
        writer.CountOrCounts("attention.head_count_kv", config.Find("num_key_value_heads", "n_kv_heads"));
        if (config["is_causal"]?.ValueKind == JsonValueKind.False)
        {
            writer.Flag("attention.causal", false);
        }

        WriteRope(writer, rope);
        writer.Real("attention.layer_norm_rms_epsilon", config.Find("rms_norm_eps", "norm_eps"));
        writer.Real("attention.layer_norm_epsilon", config.Find("layer_norm_eps", "layer_norm_epsilon", "norm_epsilon"));
        writer.Count("expert_count", config.Find("num_local_experts", "num_experts", "n_routed_experts"));
        writer.CountOrCounts("expert_used_count", config.Find("num_experts_per_tok", "num_experts_per_token", "top_k_experts"));
        writer.Count("expert_group_count", config.Find("n_group"));
        writer.Count("expert_group_used_count", config.Find("topk_group"));
        WriteGating(writer, config);
        var headDim = config.Find("head_dim");
        writer.Count("attention.key_length", headDim);
        writer.Count("attention.value_length", headDim);
    }

    private static void WriteRope(ParameterWriter writer, RopeParameters rope)
    {
        var parameters = rope.Full;
        var factor = parameters.Find("factor");
        switch (parameters.Find("rope_type")?.Text)
        {
            case "linear" when factor is not null:
                writer.Text("rope.scaling.type", "linear");
                writer.Real("rope.scaling.factor", factor);
                break;
            case "yarn" when factor is not null:
                WriteYarn(writer, parameters, factor);
                break;
            case "su" or "longrope":
                writer.Text("rope.scaling.type", "longrope");
                break;
        }

        if (rope.Outer.Find("mrope_section") is { } sections)
        {
            writer.CountOrCounts("rope.dimension_sections", Padded(sections));
        }

        writer.Real("rope.freq_base", parameters.Find("rope_theta"));
        writer.Real("rope.freq_base_swa", rope.SlidingTheta);
    }

    private static void WriteYarn(ParameterWriter writer, ModelConfig parameters, ConfigValue? factor)
    {
        writer.Text("rope.scaling.type", "yarn");
        writer.Real("rope.scaling.factor", factor);
        writer.Count("rope.scaling.original_context_length", parameters.RequireInteger("original_max_position_embeddings"), "original_max_position_embeddings");
        writer.Real("rope.scaling.yarn_ext_factor", parameters.Find("extrapolation_factor"));
        writer.Real("rope.scaling.yarn_attn_factor", parameters.Find("attention_factor", "attn_factor"));
        writer.Real("rope.scaling.yarn_beta_fast", parameters.Find("beta_fast"));
        writer.Real("rope.scaling.yarn_beta_slow", parameters.Find("beta_slow"));
    }

    private static void WriteGating(ParameterWriter writer, ModelConfig config)
    {
        var function = config.Find(
            "score_function", "scoring_func", "score_func", "moe_router_activation", "moe_router_activation_func", "expert_selection_fn");
        if (function is { } value)
        {
            var gating = value.Text switch
            {
                "softmax" => ExpertGating.Softmax,
                "sigmoid" => ExpertGating.Sigmoid,
                "sqrtsoftplus" => ExpertGating.SqrtSoftplus,
                _ => throw new CheckpointException($"Cannot convert: '{value.Key}' of config.json is '{value.Text}', a way to choose experts that is unknown."),
            };
            writer.Count("expert_gating_func", (long)gating, value.Key);
        }
    }

    /// <summary>Time, height, width and one more: missing ones are 0.</summary>
    private static ConfigValue Padded(ConfigValue sections)
    {
        if (!sections.IsList)
        {
            throw new CheckpointException($"Cannot convert: '{sections.Key}' of config.json must be a list.");
        }

        var numbers = sections.Element.EnumerateArray().Select(item => new ConfigValue(sections.Key, item).Integer).Concat([0L, 0, 0, 0]).Take(4);
        return sections with { Element = JsonElements.Of(numbers.ToArray()) };
    }
}
