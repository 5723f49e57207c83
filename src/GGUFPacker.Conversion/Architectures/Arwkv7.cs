using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>ARWKV 7: Qwen2 with RWKV 7 in the place of attention.</summary>
[Family("ARWKV 7", "RwkvHybridForCausalLM", Special = "as RWKV 7")]
internal sealed class Arwkv7(ArchitectureContext context) : Rwkv7(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("arwkv7",
    [
        TokenEmbd, TokenEmbdNorm, Output, OutputNorm, AttnNorm, FfnNorm, FfnUp, FfnGate, FfnDown, TimeMixW0, TimeMixW1, TimeMixW2, TimeMixA0,
        TimeMixA1, TimeMixA2, TimeMixV0, TimeMixV1, TimeMixV2, TimeMixG1, TimeMixG2, TimeMixKK, TimeMixKA, TimeMixRK, TimeMixKey, TimeMixValue,
        TimeMixReceptance, TimeMixLn, TimeMixOutput, TimeMixLerpFused,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForQwen2(VocabularySize);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        if (Config.RequireInteger("wkv_version") != 7)
        {
            throw new CheckpointException("Cannot convert: 'wkv_version' of config.json must be 7.");
        }

        _ = Config.Require("wkv_has_gate");
        writer.Count("context_length", 1 << 20, "context");
        writer.Count("embedding_length", Config.Require("hidden_size"));
        writer.Count("block_count", BlockCount, "num_hidden_layers");
        writer.Real("attention.layer_norm_rms_epsilon", Config.Require("rms_norm_eps"));
        writer.Count("wkv.head_size", Config.Require("head_size"));
        writer.Count("attention.decay_lora_rank", 64, "rank");
        writer.Count("attention.iclr_lora_rank", 64, "rank");
        writer.Count("attention.value_residual_mix_lora_rank", 32, "rank");
        writer.Count("attention.gate_lora_rank", Config.IsTrue("wkv_has_gate") ? 128 : 0, "wkv_has_gate");
        writer.Count("feed_forward_length", Config.Require("intermediate_size"));
        writer.FileType();
        writer.Count("token_shift_count", 1, "token_shift_count");
        writer.Count("attention.head_count", 0, "head_count");
    }
}
