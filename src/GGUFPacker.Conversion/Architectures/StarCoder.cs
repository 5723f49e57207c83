using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>StarCoder and SantaCoder: GPT-2 with one key and value head.</summary>
[Family("StarCoder", "GPTBigCodeForCausalLM")]
internal sealed class StarCoder(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("starcoder",
    [
        TokenEmbd, PositionEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnOutput, FfnNorm, FfnUp, FfnDown,
    ]);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        writer.Count("context_length", Config.Require("n_positions"));
        writer.Count("embedding_length", Config.Require("n_embd"));
        writer.Count("feed_forward_length", 4 * Config.RequireInteger("n_embd"), "n_embd");
        writer.Count("block_count", BlockCount, "n_layer");
        writer.Count("attention.head_count", Config.Require("n_head"));
        writer.Count("attention.head_count_kv", 1, "n_head");
        writer.Real("attention.layer_norm_epsilon", Config.Require("layer_norm_epsilon"));
        writer.FileType();
    }
}
