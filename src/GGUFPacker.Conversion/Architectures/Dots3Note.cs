using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// dots3-note, the text part: latent attention whose sizes differ between layers with and without a sliding window, and an indexer in the others. A layer that
/// predicts a further token has embeddings of its own.
/// </summary>
[Family("dots3-note", "Dots3NoteForCausalLM", "Dots3NoteForConditionalGeneration", "Dots3NoteTextForCausalLM", ExportsTokenPrediction = true,
    Special = "text part only; as DeepSeek V3; sizes by kind of layer, rescaled norms, prediction layer kept")]
internal sealed class Dots3Note : Deepseek2
{
    private const string PredictionPrefix = "model.mtp.";
    private const string PredictionEmbedding = "model.mtp.embed_tokens.weight";

    private static readonly GgufArchitecture Gguf = new("dots3note",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnOutput, AttnGate, FfnNorm, FfnGateInp, ExpProbsB, FfnUp, FfnUpExps, FfnUpShexp, FfnGate,
        FfnGateExps, FfnGateShexp, FfnDown, FfnDownExps, FfnDownShexp, AttnKNorm, AttnQA, AttnQB, AttnKvAMqa, AttnKB, AttnVB, AttnQANorm,
        AttnKvANorm, IndexerKNorm, IndexerProj, IndexerAttnK, IndexerAttnQB, NextnEhProj, NextnEmbedTokens, NextnEnorm, NextnHnorm,
        NextnSharedHeadNorm,
    ]);

    private readonly AppendedPrediction _prediction;
    private bool _hasPrediction;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Dots3Note(ArchitectureContext context)
        : base(Gguf, context)
    {
        _prediction = new AppendedPrediction(context.Options.TokenPrediction, LayerCount);
        Demand(Config.Texts("layer_types").Count >= LayerCount, "layer_types", "a kind for each layer");
        Demand(IsTrueOrAbsent("use_dsa"), "use_dsa", "true");
        Demand(TextOr("normalization", "RMSNorm") == "RMSNorm" && TextOr("final_norm", "RMSNorm") == "RMSNorm", "normalization", "RMSNorm");
        Demand(IsTrueOrAbsent("k_rope_only_layernorm"), "k_rope_only_layernorm", "true");
        Demand(TextOr("topk_method", "noaux_tc") == "noaux_tc", "topk_method", "noaux_tc");
        Demand(TextOr("scoring_func", "") == "sigmoid", "scoring_func", "sigmoid");
        Demand((Config.Integer("n_group") ?? 1) == 1 && (Config.Integer("topk_group") ?? 1) == 1, "n_group", "1");
        Demand(!Config.IsTrue("use_dynamic_rsf") && !Config.IsTrue("moe_gating_fp32"), "use_dynamic_rsf", "false");
        Demand(
            TextOr("attention_gate_type", "headwise") == "headwise" && TextOr("swa_attention_gate_type", "headwise") == "headwise",
            "attention_gate_type",
            "headwise");
        var rotated = Config.RequireInteger("swa_qk_rope_head_dim");
        Demand(Config.RequireInteger("swa_qk_nope_head_dim") + rotated == (Config.Integer("swa_head_dim") ?? 256), "swa_head_dim", "the sum of its parts");
        Demand(rotated == Config.RequireInteger("qk_rope_head_dim"), "swa_qk_rope_head_dim", "qk_rope_head_dim");
    }

    /// <inheritdoc/>
    public override bool NamesPrediction => true;

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForDots3(VocabularySize);

    /// <inheritdoc/>
    protected override bool SkipsPrediction => false;

    /// <inheritdoc/>
    protected override long BlockCount => LayerCount + (_hasPrediction ? 1 : 0);

    /// <inheritdoc/>
    protected override ModelConfig KeyConfig
    {
        get
        {
            var (full, sliding) = (Config.RequireInteger("num_attention_heads"), Config.RequireInteger("swa_num_attention_heads"));
            var heads = Enumerable.Range(0, checked((int)BlockCount)).Select(layer => IsSliding(layer) ? sliding : full);
            return base.KeyConfig.Without("head_dim").With([new("num_attention_heads", JsonElements.Of(heads))]);
        }
    }

    /// <inheritdoc/>
    public override string? Select(string name)
    {
        if (base.Select(name) is not { } selected)
        {
            return null;
        }

        var isPrediction = selected.StartsWith(PredictionPrefix, StringComparison.Ordinal);
        var taken = !isPrediction ? _prediction.Select(selected) : Context.Options.TokenPrediction == TokenPrediction.Excluded ? null : selected;
        _hasPrediction |= taken == PredictionEmbedding;
        return taken;
    }

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (tensor.Name == PredictionEmbedding)
        {
            return base.Convert(tensor with { Name = $"model.layers.{LayerCount}.embed_tokens.weight" }, LayerCount);
        }

        if (block is not { } layer)
        {
            return base.Convert(tensor, block);
        }

        var sizes = IsSliding(layer) ? SlidingSizes() : Config.WithRenamed("num_attention_heads", "num_key_value_heads");
        if (Config.IsTrue("apply_mla_qkv_lora_rescale"))
        {
            tensor = tensor.EndsWith("q_a_layernorm.weight") ? Rescaled(Config.RequireInteger("q_lora_rank"))
                : tensor.EndsWith("kv_a_layernorm.weight") ? Rescaled(sizes.RequireInteger("kv_lora_rank"))
                : tensor;
        }

        return !tensor.EndsWith("kv_b_proj.weight") ? base.Convert(tensor, block) : MapAll(
        [
            tensor.With(source => LatentAttention.Keys(source, sizes)).Renamed("kv_b_proj", "k_b_proj"),
            tensor.With(source => LatentAttention.Values(source, sizes)).Renamed("kv_b_proj", "v_b_proj"),
        ]);

        // The activations behind these norms are scaled; so can be the norms.
        NamedTensor Rescaled(long rank) => tensor.With(source => source.Times(Math.Sqrt(Config.RequireInteger("hidden_size") / (double)rank)));
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        var (rank, rotated) = (Config.RequireInteger("swa_kv_lora_rank"), Config.RequireInteger("swa_qk_rope_head_dim"));
        var isSliding = Enumerable.Range(0, checked((int)LayerCount)).Select(layer => IsSliding(layer)).ToList();
        writer.Count("attention.sliding_window", Config.Require("sliding_window_size"));
        writer.Flags("attention.sliding_window_pattern", isSliding);
        writer.Count("attention.kv_lora_rank_swa", rank, "swa_kv_lora_rank");
        writer.Count("attention.key_length_swa", rank + rotated, "swa_kv_lora_rank");
        writer.Count("attention.value_length_swa", rank, "swa_kv_lora_rank");
        writer.Count("attention.key_length_mla_swa", Config.RequireInteger("swa_qk_nope_head_dim") + rotated, "swa_qk_nope_head_dim");
        writer.Count("attention.value_length_mla_swa", Config.Require("swa_v_head_dim"));
        Demand(Config.RequireInteger("swa_q_lora_rank") == Config.RequireInteger("q_lora_rank"), "swa_q_lora_rank", "q_lora_rank");
        if (_hasPrediction)
        {
            writer.Count("nextn_predict_layers", 1);
        }

        writer.Count("attention.indexer.head_count", Config.Require("index_n_heads"));
        writer.Count("attention.indexer.key_length", Config.Require("index_head_dim"));
        writer.Count("attention.indexer.top_k", Config.Require("index_topk"));
        writer.Flags("attention.indexer.types", isSliding.Select(sliding => !sliding));
    }

    private static void Demand(bool isMet, string key, string value)
    {
        if (!isMet)
        {
            throw CheckpointException.NotSupported($"dots3-note whose '{key}' in config.json is not {value}", "llama.cpp has no such model.");
        }
    }

    /// <summary>The layer that predicts a further token has a sliding window too.</summary>
    private bool IsSliding(long layer) => layer >= LayerCount || Config.Texts("layer_types")[(int)layer] == "sliding_attention";

    private ModelConfig SlidingSizes() => Config
        .WithRenamed("swa_num_attention_heads", "num_key_value_heads")
        .WithRenamed("swa_qk_nope_head_dim", "qk_nope_head_dim")
        .WithRenamed("swa_v_head_dim", "v_head_dim")
        .WithRenamed("swa_kv_lora_rank", "kv_lora_rank");

    private bool IsTrueOrAbsent(string key) => !Config.Contains(key) || Config[key]?.ValueKind == JsonValueKind.True;

    private string? TextOr(string key, string missing) => Config.Contains(key) ? Config.Find(key)?.Text : missing;
}
