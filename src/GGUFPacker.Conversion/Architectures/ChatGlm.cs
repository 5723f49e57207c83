using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>ChatGLM and GLM-4-9B: keys of their own, a part of each head is rotated.</summary>
[Family("ChatGLM 4, GLM-4-9B, GLM-Edge", "GlmForCausalLM", "ChatGLMModel", "ChatGLMForConditionalGeneration", Special = "fused query, key and value kept")]
internal sealed class ChatGlm(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("chatglm",
    [
        TokenEmbd, Output, OutputNorm, RopeFreqs, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnUp, FfnDown,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => Config.Find("_name_or_path")?.Text.Contains("THUDM/chatglm3-6b", StringComparison.Ordinal) == true
        ? throw Checkpoints.CheckpointException.NotSupported("ChatGLM 3, whose tokenizer stands in code", "Convert it with llama.cpp's script.")
        : TokenizerRequest.ForChatGlm(VocabularySize ?? checked((int?)Config.Integer("padded_vocab_size")));

    /// <inheritdoc/>
    public override string? Select(string name) => name.EndsWith(".rotary_pos_emb.inv_freq", StringComparison.Ordinal)
        ? null
        : base.Select(name.StartsWith("transformer.", StringComparison.Ordinal) ? name["transformer.".Length..] : name);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        var size = Config.RequireInteger("hidden_size", "n_embed");
        writer.Count("context_length", Config.Integer("seq_length") ?? size, "seq_length");
        writer.Count("embedding_length", size, "hidden_size");
        writer.Count("feed_forward_length", Config.Find("ffn_hidden_size", "intermediate_size")?.Integer ?? (4 * size), "ffn_hidden_size");
        writer.Count("block_count", BlockCount, "num_layers");
        var heads = Config.Require("n_head", "num_attention_heads");
        writer.Count("attention.head_count", heads);
        writer.Count("attention.head_count_kv", Config.Find("multi_query_group_num", "num_key_value_heads") ?? heads);
        writer.Real("attention.layer_norm_rms_epsilon", Config.Number("layernorm_epsilon") ?? 1e-5);
        writer.FileType();
        var headDim = Config.Contains("attention_dim") ? Config.RequireInteger("attention_dim") : RopeHead.Shared(Config);
        writer.Count("rope.dimension_count", (long)(headDim * (Rope.Outer.Number("partial_rotary_factor") ?? 0.5)), "partial_rotary_factor");
        writer.GlobalFlag("tokenizer.ggml.add_bos_token", false);
        writer.Real("rope.freq_base", 10000 * (Config.Number("rope_ratio") ?? 1));
    }
}
