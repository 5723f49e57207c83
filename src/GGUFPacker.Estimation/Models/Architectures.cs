using System.Collections.Frozen;

namespace GGUFPacker.Estimation.Models;

/// <summary>What llama.cpp says of whole architectures (llama-arch.cpp, and create_memory in llama-model.cpp).</summary>
internal static class Architectures
{
    private static readonly FrozenSet<string> Recurrent = Set("mamba", "mamba2", "rwkv6", "rwkv6qwen2", "rwkv7", "arwkv7");

    private static readonly FrozenSet<string> Hybrid = Set(
        "jamba", "falcon-h1", "plamo2", "granitehybrid", "lfm2", "lfm2moe", "nemotron_h", "nemotron_h_moe", "qwen3next", "kimi-linear", "bailingmoe3",
        "kimi-k3",
        "qwen35", "qwen35moe", "qwen4exp", "deepseek4", "minimax-01");

    private static readonly FrozenSet<string> Rollback = Set(
        "kimi-k3", "qwen35", "qwen35moe", "qwen4exp", "deepseek4", "nemotron_h", "nemotron_h_moe", "lfm2", "lfm2moe", "bailingmoe3");

    private static readonly FrozenSet<string> Cacheless = Set(
        "bert", "jina-bert-v2", "jina-bert-v3", "nomic-bert", "nomic-bert-moe", "neo-bert", "eurobert", "wavtokenizer-dec", "modern-bert", "gemma-embedding",
        "dream", "llada", "llada-moe", "rnd1");

    // Layers that predict further tokens are in the file, but are loaded only for speculative decoding.
    private static readonly FrozenSet<string> Skipping = Set(
        "bailingmoe2", "bailingmoe3", "cohere2moe", "deepseek2", "deepseek32", "deepseek4", "dots3note", "exaone-moe", "exaone4", "glm-dsa", "glm4moe", "glm4",
        "hy_v3",
        "mimo2", "mistral4", "nemotron_h", "nemotron_h_moe", "qwen35", "qwen35moe", "qwen3next", "step35");

    private static readonly FrozenSet<string> WithoutOutput = Set(
        "bert", "jina-bert-v2", "jina-bert-v3", "nomic-bert", "nomic-bert-moe", "neo-bert", "eurobert", "modern-bert", "wavtokenizer-dec", "clip", "eagle3",
        "bitnet");

    private static readonly FrozenSet<string> ScalingExperts = Set(
        "afmoe", "bailingmoe", "bailingmoe2", "bailingmoe3", "cohere2moe", "deepseek", "deepseek2", "deepseek2-ocr", "deepseek32", "deepseek4", "dflash",
        "dots1", "dots3note", "exaone-moe",
        "glm-dsa", "glm4moe", "hy_v3", "hy_v4", "kimi-k3", "kimi-linear", "laguna", "minimax-m3", "mistral4", "nemotron_h", "nemotron_h_moe", "step35");

    // Those whose graphs set t_layer_inp.
    private static readonly FrozenSet<string> Extracted = Set(
        "bailingmoe3", "deepseek4", "gemma4", "gpt-oss", "hunyuan-dense", "hunyuan_vl", "lfm2", "lfm2moe", "llama", "llama-embed", "minimax-01", "minimax-m2",
        "muse-glimmer", "nanbeige",
        "nemotron_h", "nemotron_h_moe", "qwen3", "qwen35", "qwen35moe", "qwen3moe", "qwen3next", "qwen4exp");

    private static readonly FrozenSet<string> Unrotated = Set(
        "gpt2", "gptj", "mpt", "refact", "bloom", "jais", "jina-bert-v2", "t5", "t5encoder", "jamba", "nemotron_h", "nemotron_h_moe", "kimi-linear", "kimi-k3");

    /// <summary>Whether queries and keys are rotated by their positions (llama_model_rope_type).</summary>
    public static bool Rotates(string architecture) => !Unrotated.Contains(architecture);

    /// <summary>Whether the loader reads what the chosen experts' weights are multiplied with (LLM_KV_EXPERT_WEIGHTS_SCALE).</summary>
    public static bool ScalesExperts(string architecture) => ScalingExperts.Contains(architecture);

    /// <summary>Whether layers that predict further tokens are left in the file (TENSOR_SKIP).</summary>
    public static bool SkipsPrediction(string architecture) => Skipping.Contains(architecture);

    /// <summary>Whether a model without an output matrix uses the token embeddings as one (TENSOR_DUPLICATED).</summary>
    public static bool TiesOutput(string architecture) => !WithoutOutput.Contains(architecture);

    /// <summary>Whether all layers are recurrent (llm_arch_is_recurrent).</summary>
    public static bool IsRecurrent(string architecture) => Recurrent.Contains(architecture);

    /// <summary>Whether some layers are recurrent and others attend (llm_arch_is_hybrid).</summary>
    public static bool IsHybrid(string architecture) => Hybrid.Contains(architecture);

    /// <summary>Whether recurrent states can go back by snapshots (llm_arch_supports_rs_rollback).</summary>
    public static bool KeepsSnapshots(string architecture) => Rollback.Contains(architecture);

    /// <summary>Whether recurrent layers are Mamba's, which scan the sequence (LLM_TENSOR_SSM_A rather than LLM_TENSOR_SSM_A_NOSCAN).</summary>
    public static bool ScansStates(string architecture) => architecture is
        "mamba" or "mamba2" or "jamba" or "falcon-h1" or "plamo2" or "granitehybrid" or "nemotron_h" or "nemotron_h_moe";

    /// <summary>
    /// Whether a batch of one sequence may need more to compute than one of many, so that its graph is reserved too (TAG_RESERVE_DIAG_DECAY).
    /// </summary>
    public static bool ReservesOneSequence(string architecture) => architecture is "kimi-linear" or "minimax-01";

    /// <summary>Whether graphs have residual streams that fused operations work on (those of cparams.fused_dsv4_hc_pre and its siblings).</summary>
    public static bool FusesHyperConnections(string architecture) => architecture is "deepseek4" or "qwen4exp" or "dflash";

    /// <summary>Whether nothing is remembered between batches.</summary>
    public static bool IsCacheless(string architecture) => Cacheless.Contains(architecture);

    /// <summary>Whether the model drafts for another, whose embeddings and output it uses if it has none (ctx_other).</summary>
    public static bool SharesTarget(string architecture) => architecture is "eagle3" or "dflash" or "gemma4-assistant";

    /// <summary>Whether such a model also reads its target's caches, instead of having any.</summary>
    public static bool SharesCaches(string architecture) => architecture == "gemma4-assistant";

    /// <summary>Whether the inputs of layers can be read while the model works, as EAGLE-3 and DFlash need it (llm_graph_result::t_layer_inp).</summary>
    public static bool GivesLayerInputs(string architecture) => Extracted.Contains(architecture);

    /// <summary>Whether a layer's input is not one row for each token but several streams, of which a drafter gets the mean.</summary>
    public static bool HasResidualStreams(string architecture) => architecture is "deepseek4" or "qwen4exp";

    /// <summary>Whether the model has an encoder (llama_model_has_encoder): outputs then are not limited.</summary>
    public static bool HasEncoder(string architecture) => architecture is "t5" or "t5encoder" or "eagle3" or "dflash";

    private static FrozenSet<string> Set(params string[] names) => names.ToFrozenSet(StringComparer.Ordinal);
}
