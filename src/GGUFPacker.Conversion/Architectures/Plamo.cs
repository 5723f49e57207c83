using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>PLaMo 1, of which there is one size: its 40 query heads are reordered so that heads with the same key lie apart by 5.</summary>
[Family("PLaMo", "PlamoForCausalLM", Special = "query heads reordered")]
internal sealed class Plamo(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private const long Context4K = 4096;
    private const long KeyHeads = 5;
    private const long QueriesPerKey = 8;
    private const long HeadLength = 128;
    private const long Size = KeyHeads * QueriesPerKey * HeadLength;

    private static readonly GgufArchitecture Gguf = new("plamo",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnRotEmbd, FfnUp, FfnGate, FfnDown, RopeFreqs,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForSentencePiece(VocabularySize);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        var name = MapName(tensor.Name);
        return Map(
            name.EndsWith("attn_q.weight", StringComparison.Ordinal)
                ? tensor.With(source => source.Reshaped(QueriesPerKey, KeyHeads, HeadLength, Size).Permuted(1, 0, 2, 3).Reshaped(Size, Size))
            : name.EndsWith("attn_output.weight", StringComparison.Ordinal)
                ? tensor.With(source => source.Reshaped(Size, QueriesPerKey, KeyHeads, HeadLength).Permuted(0, 2, 1, 3).Reshaped(Size, Size))
            : tensor);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        writer.Count("context_length", Context4K, "context");
        writer.Count("embedding_length", Config.Require("hidden_size"));
        writer.Count("feed_forward_length", Config.Require("intermediate_size"));
        writer.Count("block_count", BlockCount, "num_hidden_layers");
        writer.Count("attention.head_count", Config.Require("num_attention_heads"));
        writer.Count("attention.head_count_kv", KeyHeads, "num_key_value_heads");
        writer.Real("attention.layer_norm_rms_epsilon", Config.Require("rms_norm_eps"));
        writer.FileType();
    }
}
