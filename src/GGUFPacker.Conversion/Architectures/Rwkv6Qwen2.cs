using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>QRWKV 6: Qwen2 with RWKV 6 in the place of attention; its low-rank matrices have the parts in another order.</summary>
[Family("QRWKV 6", "RWKV6Qwen2ForCausalLM", Special = "as RWKV 6; parts of low-rank matrices reordered")]
internal sealed class Rwkv6Qwen2(ArchitectureContext context) : Rwkv6(Gguf, context)
{
    private static readonly int[] Order = [3, 1, 2, 0, 4];

    private static readonly GgufArchitecture Gguf = new("rwkv6qwen2",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, FfnNorm, FfnUp, FfnGate, FfnDown, TimeMixW1, TimeMixW2, TimeMixLerpX, TimeMixLerpK, TimeMixLerpV,
        TimeMixLerpR, TimeMixLerpG, TimeMixLerpW, TimeMixFirst, TimeMixDecay, TimeMixDecayW1, TimeMixDecayW2, TimeMixKey, TimeMixValue,
        TimeMixReceptance, TimeMixGate, TimeMixLn, TimeMixOutput, TimeMixLerpFused,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForQwen2(VocabularySize);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => base.Convert(tensor, block).Select(converted =>
        converted.Contains("time_mix_w1") || converted.Contains("time_mix_w2") ? converted.With(Reordered) : converted);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        var size = Config.RequireInteger("hidden_size");
        var heads = Math.Max(Config.RequireInteger("num_attention_heads"), 1);
        writer.Count("context_length", 1 << 20, "context");
        writer.Count("embedding_length", size, "hidden_size");
        writer.Count("block_count", BlockCount, "num_hidden_layers");
        writer.Count("wkv.head_size", size / heads, "hidden_size");
        writer.Count("time_mix_extra_dim", Config.Integer("lora_rank_tokenshift") ?? (size >= 4096 ? 64 : 32), "lora_rank_tokenshift");
        writer.Count("time_decay_extra_dim", Config.Integer("lora_rank_decay") ?? (size >= 4096 ? 128 : 64), "lora_rank_decay");
        writer.Count("feed_forward_length", Config.Require("intermediate_size"));
        writer.FileType();
        writer.Real("attention.layer_norm_rms_epsilon", Config.Require("rms_norm_eps"));
        writer.Count("token_shift_count", 1, "token_shift_count");
        writer.Count("attention.head_count_kv", Config.Require("num_key_value_heads"));
        writer.Count("attention.head_count", 0, "head_count");
    }

    private static TensorSource Reordered(TensorSource source)
    {
        var parts = source.Reshaped(5, -1, source.Shape[^1]);
        return Concatenation.Join([.. Order.Select(part => parts.Sliced(0, part, 1))]).Reshaped(source.Shape.AsSpan());
    }
}
