using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>CodeShell.</summary>
[Family("CodeShell", "CodeShellForCausalLM")]
internal sealed class CodeShell(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("codeshell",
    [
        TokenEmbd, PositionEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnOutput, AttnRotEmbd, FfnNorm, FfnUp, FfnDown,
    ]);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        writer.Count("context_length", Config.Require("n_positions"));
        writer.Count("embedding_length", Config.Require("n_embd"));
        writer.Count("feed_forward_length", 4 * Config.RequireInteger("n_embd"), "n_embd");
        writer.Count("block_count", BlockCount, "n_layer");
        writer.Count("attention.head_count", Config.Require("n_head"));
        writer.Count("attention.head_count_kv", Config.Require("num_query_groups"));
        writer.Real("attention.layer_norm_epsilon", Config.Require("layer_norm_epsilon"));
        writer.FileType();
        writer.Real("rope.freq_base", 10000);
        writer.Text("rope.scaling.type", "linear");
        writer.Real("rope.scaling.factor", 1);
    }
}
