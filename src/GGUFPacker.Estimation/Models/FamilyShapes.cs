using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Estimation.Models;

/// <summary>What families read of their headers besides what all have (load_arch_hparams of each).</summary>
internal static class FamilyShapes
{
    /// <summary>The layers that the engine makes of the header's blocks: some families run them several times, or add one.</summary>
    public static int LayersOf(string architecture, HeaderKeys keys, int blocks) => architecture switch
    {
        "nanbeige" => blocks * Math.Max(1, keys.Get("num_loops", 1)),
        "graniteswitch" => blocks + (keys.Get("nextn_predict_layers") > 0 ? 0 : 1),
        _ => blocks,
    };

    public static void Apply(ModelShape shape, HeaderKeys keys, int blocks)
    {
        keys.Fill("expert_feed_forward_length", shape.ExpertFeedForward.AsSpan(0, blocks));
        shape.SharedExperts = keys.Get("expert_shared_count");
        shape.SharedExpertFeedForward = keys.Get("expert_shared_feed_forward_length");
        shape.DenseLeadLayers = keys.Get("leading_dense_block_count");
        shape.QueryRank = keys.Get("attention.q_lora_rank");
        shape.KeyValueRank = keys.Get("attention.kv_lora_rank");
        if (HasLatentKeys(shape.Architecture))
        {
            shape.LatentKeyLength = keys.Get("attention.key_length_mla");
            shape.LatentValueLength = keys.Get("attention.value_length_mla");
            shape.WindowLatentKeyLength = keys.Get("attention.key_length_mla_swa");
            shape.WindowKeyValueRank = keys.Get("attention.kv_lora_rank_swa");
        }

        ReadIndexer(shape, keys);
        ApplyFamily(shape, keys, blocks);
        if (shape.Architecture == "granite_swa" && keys.Find("attention.rope_pattern") is { Type: GgufValueType.Array })
        {
            keys.Fill("attention.rope_pattern", shape.RotatingLayers.AsSpan(0, blocks));
        }

        RecurrentShapes.Apply(shape, keys);
        SlidingWindowShapes.Apply(shape, keys);
    }

    private static bool HasLatentKeys(string architecture) => architecture is
        "deepseek2" or "deepseek32" or "glm-dsa" or "bailingmoe3" or "dots3note" or "hy_v4" or "kimi-linear" or "kimi-k3" or "mistral4";

    private static void ReadIndexer(ModelShape shape, HeaderKeys keys)
    {
        shape.IndexerHeads = keys.Get("attention.indexer.head_count");
        shape.IndexerKeyLength = keys.Get("attention.indexer.key_length");
        shape.IndexerTop = keys.Get("attention.indexer.top_k");
        if (shape.Architecture == "glm-dsa")
        {
            MarkIndexersOfGlm(shape);
        }

        keys.Fill("attention.indexer.types", shape.IndexerLayers.AsSpan(0, shape.TrunkLayers));
    }

    // A header without the list is GLM 5, where all layers have an indexer, or 5.2, which is known by its context: the first three, then every fourth.
    private static void MarkIndexersOfGlm(ModelShape shape)
    {
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            shape.IndexerLayers[layer] = shape.TrainedContext < 1048576 || layer < 3 || (layer - 2) % 4 == 0;
        }
    }

    private static void ApplyFamily(ModelShape shape, HeaderKeys keys, int blocks)
    {
        switch (shape.Architecture)
        {
            case "hunyuan_vl" or "hunyuan-dense" when shape.Experts <= 1:
                shape.Experts = 0;
                Array.Clear(shape.ExpertsUsed);
                break;
            case "nanbeige":
                shape.StoredLayers = blocks;
                foreach (var values in new[] { shape.Heads, shape.KeyValueHeads, shape.FeedForward })
                {
                    for (var layer = blocks; layer < values.Length; layer++)
                    {
                        values[layer] = values[layer - blocks];
                    }
                }

                break;
            case "graniteswitch":
                // The layer of the router lies where those for predicting further tokens would.
                shape.RouterLayer = blocks - shape.PredictionLayers;
                shape.PredictionLayers = shape.Layers - shape.RouterLayer;
                shape.Heads[shape.RouterLayer] = 1;
                shape.KeyValueHeads[shape.RouterLayer] = 1;
                break;
            case "gemma3n":
                shape.LayersWithCache = 20;
                break;
            case "gemma4":
                shape.LayersWithCache = shape.Layers - keys.Get("attention.shared_kv_layers");
                break;
            case "gemma4-assistant":
                shape.InputEmbeddingLength = shape.OutputEmbeddingLength;
                break;
            case "plamo2":
                // The first layer may have no heads, of which the length would be known.
                shape.FullKeyLength = keys.Get("attention.key_length", shape.FullKeyLength);
                shape.FullValueLength = keys.Get("attention.value_length", shape.FullValueLength);
                break;
            case "kimi-k3":
                shape.FullValueLength = shape.WindowValueLength = shape.KeyValueRank;
                break;
            case "bailingmoe3":
                MarkClamps(shape, keys);
                break;
            case "step35":
                shape.FullRotaryLength /= 2;
                MarkClamps(shape, keys);
                break;
            case "deepseek4" when shape.Header.Tensors.All(tensor => tensor.Name != $"blk.{shape.TrunkLayers}.nextn.eh_proj.weight"):
                // The layer that predicts further tokens may have been left out of the file.
                shape.PredictionLayers = 0;
                goto case "qwen4exp";
            case "deepseek4":
            case "qwen4exp":
                shape.OutputEmbeddingLength = keys.Get("hyper_connection.count") * shape.EmbeddingLength;
                break;
            case "wavtokenizer-dec":
                shape.OutputEmbeddingLength = shape.EmbeddingLength;
                shape.EmbeddingLength = keys.Require("features_length");
                break;
            case "dream" or "llada" or "llada-moe" or "rnd1" or "gemma-embedding":
                shape.CausalAttention = false;
                break;
            case "qwen3vl" or "qwen3vlmoe" or "qwen3tts":
                shape.InputEmbeddingLength = shape.EmbeddingLength * (1 + keys.Get("n_deepstack_layers"));
                break;
            case "granite" or "granite_swa" when keys.Find("deepstack_mapping") is { Type: GgufValueType.Array } mapping
                && mapping.TryGetArray<int>(out var indices):
                shape.InputEmbeddingLength = shape.EmbeddingLength * (1 + indices.ToArray().Where(index => index >= 0).Distinct().Count());
                break;
        }

        shape.PositionsPerToken = PositionsPerToken(shape.Architecture, keys);
    }

    private static void MarkClamps(ModelShape shape, HeaderKeys keys)
    {
        keys.MarkLimits("swiglu_clamp_exp", shape.ClampedExpertLayers);
        keys.MarkLimits("swiglu_clamp_shexp", shape.ClampedFeedForwardLayers);
    }

    private static int PositionsPerToken(string architecture, HeaderKeys keys)
    {
        if (architecture is "qwen2vl" or "paddleocr" or "qwen3vl" or "qwen3vlmoe" or "qwen35" or "qwen35moe" or "qwen4exp" or "qwen3tts")
        {
            return 4;
        }

        // DFlash's sections may be its target's first alone.
        Span<int> sections = stackalloc int[4];
        return architecture is "glm4" or "glm4moe" or "hunyuan_vl" or "dflash" && keys.Fill("rope.dimension_sections", sections)
            && (architecture == "dflash" ? sections.ContainsAnyExcept(0) : sections[0] > 0 && sections[1] > 0) ? 4 : 1;
    }
}
