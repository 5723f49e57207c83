using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>MPT: ALiBi, clamped queries, keys and values.</summary>
[Family("MPT", "MPTForCausalLM")]
internal sealed class Mpt(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("mpt",
    [
        TokenEmbd, PositionEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnOutput, FfnNorm, FfnUp, Ffn, FfnDown, AttnQNorm, AttnKNorm,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForMpt(VocabularySize);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        var attention = Config.Part("attn_config");
        var size = Config.RequireInteger("d_model");
        writer.Count("context_length", Config.Require("max_seq_len"));
        writer.Count("embedding_length", size, "d_model");
        writer.Count("block_count", BlockCount, "n_layers");
        writer.Count("feed_forward_length", 4 * size, "d_model");
        writer.Count("attention.head_count", Config.Require("n_heads"));
        writer.Count("attention.head_count_kv", attention.IsTrue("kv_n_heads") ? attention.Find("kv_n_heads") : null);
        writer.Real("attention.layer_norm_epsilon", 1e-5);
        writer.Real("attention.clamp_kqv", attention.Require("clip_qkv"));
        _ = attention.Require("alibi");
        writer.Real("attention.max_alibi_bias", attention.IsTrue("alibi") ? attention.Require("alibi_bias_max")?.Number ?? 0 : 0);
    }
}
