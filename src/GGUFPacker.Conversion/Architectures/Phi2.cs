using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Phi-1, Phi-1.5 and Phi-2: a part of each head is rotated, and a text gets no BOS.</summary>
[Family("Phi-2", "PhiForCausalLM", Special = "no BOS")]
internal sealed class Phi2(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("phi2",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnUp, FfnDown,
    ]);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        var embeddingLength = Config.RequireInteger("hidden_size", "n_embd");
        var heads = Config.Require("num_attention_heads", "n_head");
        writer.Count("context_length", Config.Require("n_positions", "max_position_embeddings"));
        writer.Count("embedding_length", embeddingLength, "hidden_size");
        writer.Count("feed_forward_length", 4 * embeddingLength, "hidden_size");
        writer.Count("block_count", BlockCount, "num_hidden_layers");
        writer.Count("attention.head_count", heads);
        writer.Count("attention.head_count_kv", heads);
        writer.Real("attention.layer_norm_epsilon", Config.Require("layer_norm_epsilon", "layer_norm_eps"));
        writer.Count("rope.dimension_count", RotaryDimensions.OfAll(Config, Rope.Full.Require("partial_rotary_factor")), "partial_rotary_factor");
        writer.FileType();
        writer.GlobalFlag("tokenizer.ggml.add_bos_token", false);
    }
}
