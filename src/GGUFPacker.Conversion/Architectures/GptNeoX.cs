using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>GPT-NeoX and Pythia: query, key and value of each head lie together and become all queries, all keys, all values. No general.file_type.</summary>
[Family("GPT-NeoX, Pythia", "GPTNeoXForCausalLM", Special = "heads of query, key and value regrouped")]
internal sealed class GptNeoX(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("gptneox",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnOutput, FfnNorm, FfnUp, FfnDown,
    ]);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) =>
        Map(tensor.Contains(".attention.query_key_value.")
            ? tensor.With(source => source.QkvUngrouped(Config.RequireInteger("n_head", "num_attention_heads")))
            : tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        writer.Count("context_length", Config.Require("max_position_embeddings"));
        writer.Count("embedding_length", Config.Require("hidden_size"));
        writer.Count("block_count", BlockCount, "num_hidden_layers");
        writer.Count("feed_forward_length", Config.Require("intermediate_size"));
        writer.Count("rope.dimension_count", RotaryDimensions.OfHead(Config, Config.Require("rotary_pct")), "rotary_pct");
        writer.Count("attention.head_count", Config.Require("num_attention_heads"));
        writer.Flag("use_parallel_residual", !Config.Contains("use_parallel_residual") || Config.IsTrue("use_parallel_residual"));
        writer.Real("attention.layer_norm_epsilon", Config.Require("layer_norm_eps"));
    }
}
