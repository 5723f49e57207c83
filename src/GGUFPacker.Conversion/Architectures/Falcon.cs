using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// Falcon 7B, 40B and 180B: each key-value head comes with the query heads that use it; llama.cpp wants all queries, then all keys, then all values.
/// </summary>
[Family("Falcon", "FalconForCausalLM", "RWForCausalLM", Special = "query, key and value regrouped, context 2048")]
internal sealed class Falcon(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("falcon",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnNorm2, AttnQkv, AttnOutput, FfnUp, FfnDown,
    ]);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) =>
        Map(tensor.Contains("query_key_value") ? tensor.With(Regroup) : tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        var size = Config.RequireInteger("hidden_size");
        writer.Count("context_length", 2048);
        writer.Text("tensor_data_layout", "jploski");
        writer.Count("embedding_length", size, "hidden_size");
        writer.Count("feed_forward_length", 4 * size, "hidden_size");
        writer.Count("block_count", BlockCount, "num_hidden_layers");
        writer.Count("attention.head_count", Config.Find("num_attention_heads") ?? Config.Require("n_head"));
        writer.Count("attention.head_count_kv", Config.Integer("num_kv_heads") ?? Config.Integer("n_head_kv") ?? 1, "num_kv_heads");
        writer.Real("attention.layer_norm_epsilon", Config.Require("layer_norm_epsilon"));
        writer.FileType();
    }

    private TensorSource Regroup(TensorSource source)
    {
        var heads = Config.RequireInteger("num_attention_heads", "n_head");
        var groups = Config.Integer("num_kv_heads", "n_head_kv") is { } count and not 0 ? count : 1;
        if (heads <= 0 || groups < 0)
        {
            throw new ArgumentException($"It cannot be divided into {heads} heads in {groups} groups.");
        }

        var perGroup = heads / groups;
        var headDim = Config.RequireInteger("hidden_size") / heads;
        var split = source.Reshaped(groups, perGroup + 2, headDim, -1);
        return Concatenation.Join(
        [
            split.Sliced(1, 0, perGroup).Reshaped(groups * perGroup * headDim, -1),
            split.Sliced(1, perGroup, 1).Reshaped(groups * headDim, -1),
            split.Sliced(1, perGroup + 1, 1).Reshaped(groups * headDim, -1),
        ]).Reshaped(source.Shape.AsSpan());
    }
}
