using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>LLaDA: a diffusion model; attention looks both ways.</summary>
[Family("LLaDA", "LLaDAModelLM", Special = "rotary permutation")]
internal sealed class Llada(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("llada",
    [
        TokenEmbd, Output, OutputNorm, RopeFreqs, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnUp, FfnGate, FfnDown,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForDiffusion(VocabularySize, addsBos: true);

    private long Heads => Config.RequireInteger("num_attention_heads", "n_heads") is > 0 and var heads
        ? heads
        : throw new CheckpointException("Cannot convert: 'n_heads' of config.json must be greater than 0.");

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => Map(
        tensor.EndsWith("q_proj.weight") || tensor.EndsWith("q_proj.bias") ? tensor.With(source => source.RotaryPermuted(Heads))
        : tensor.EndsWith("k_proj.weight") || tensor.EndsWith("k_proj.bias")
            ? tensor.With(source => source.RotaryPermuted(Config.Integer("num_key_value_heads", "n_kv_heads") ?? Heads))
        : tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        Pooling.Write(writer, Context.Files);
        writer.Count("vocab_size", Config.Require("vocab_size"));
        writer.Count("rope.dimension_count", Config.Integer("head_dim") ?? (Config.RequireInteger("hidden_size", "d_model") / Heads), "head_dim");
        writer.Count("context_length", Config.Contains("max_sequence_length") ? Config.RequireInteger("max_sequence_length") : 4096);
        writer.Count("embedding_length", Config.Contains("d_model") ? Config.RequireInteger("d_model") : 4096);
        writer.Count("feed_forward_length", Config.Contains("mlp_hidden_size") ? Config.RequireInteger("mlp_hidden_size") : 12288);
        writer.Flag("attention.causal", false);
        writer.GlobalFlag("diffusion.shift_logits", false);
    }
}
