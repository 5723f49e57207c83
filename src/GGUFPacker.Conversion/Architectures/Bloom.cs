using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>BLOOM: query, key and value come head by head; llama.cpp wants all queries, then all keys, then all values.</summary>
[Family("BLOOM", "BloomForCausalLM", "BloomModel", Special = "query, key and value regrouped")]
internal sealed class Bloom(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("bloom",
    [
        TokenEmbd, TokenEmbdNorm, Output, OutputNorm, AttnNorm, AttnQkv, AttnOutput, FfnNorm, FfnUp, FfnDown,
    ]);

    private long Size => (Config.Find("hidden_size") ?? Config.Require("n_embed"))?.Integer
        ?? throw new CheckpointException("Cannot convert: 'hidden_size' of config.json must not be null.");

    private long Heads => Config.RequireInteger("n_head", "num_attention_heads") is > 0 and var heads
        ? heads
        : throw new CheckpointException("Cannot convert: 'n_head' of config.json must be greater than 0.");

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        tensor = tensor.Renamed("transformer.", "");
        return Map(tensor.Name.StartsWith($"h.{block}.self_attention.query_key_value.", StringComparison.Ordinal) ? tensor.With(Regroup) : tensor);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        writer.Count("context_length", Config.Integer("seq_length") ?? Size, "seq_length");
        writer.Count("embedding_length", Size, "hidden_size");
        writer.Count("feed_forward_length", 4 * Size, "hidden_size");
        writer.Count("block_count", BlockCount, "n_layer");
        writer.Count("attention.head_count", Heads, "n_head");
        writer.Count("attention.head_count_kv", Heads, "n_head");
        writer.Real("attention.layer_norm_epsilon", Config.Require("layer_norm_epsilon"));
        writer.FileType();
    }

    private TensorSource Regroup(TensorSource source)
    {
        var split = source.Reshaped(Heads, 3, Size / Heads, -1);
        return split.Permuted(1, 0, 2, 3).Reshaped(source.Shape.AsSpan());
    }
}
