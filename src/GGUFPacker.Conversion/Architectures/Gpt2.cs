using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>GPT-2: matrices lie transposed. The attention's masks, which some checkpoints hold, are left out.</summary>
[Family("GPT-2", "GPT2LMHeadModel", Special = "matrices transposed, masks left out")]
internal sealed class Gpt2(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("gpt2",
    [
        TokenEmbd, PositionEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnOutput, FfnNorm, FfnUp, FfnDown,
    ]);

    private static readonly string[] Transposed = [".c_attn.weight", ".c_proj.weight", ".c_fc.weight"];

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => tensor.EndsWith(".attn.bias") || tensor.EndsWith(".attn.masked_bias")
        ? []
        : Map(Transposed.Any(tensor.EndsWith) ? tensor.With(source => source.Transposed()) : tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        var size = Config.RequireInteger("n_embd");
        writer.Count("block_count", BlockCount, "n_layer");
        writer.Count("context_length", Config.Require("n_ctx"));
        writer.Count("embedding_length", size, "n_embd");
        writer.Count("feed_forward_length", 4 * size, "n_embd");
        writer.Count("attention.head_count", Config.Require("n_head"));
        writer.Real("attention.layer_norm_epsilon", Config.Require("layer_norm_epsilon"));
        writer.FileType();
    }
}
