using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Gemma 1: norms multiply with 1 + w; the embeddings are the output matrix, whatever the checkpoint has beside them.</summary>
[Family("Gemma", "GemmaForCausalLM", Special = "norms + 1, lm_head left out")]
internal class Gemma : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("gemma",
    [
        TokenEmbd, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnUp, FfnGate, FfnDown,
    ]);

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Gemma(ArchitectureContext context)
        : this(Gguf, context)
    {
    }

    /// <summary>Creates the converter of a checkpoint of a relative.</summary>
    protected Gemma(GgufArchitecture definition, ArchitectureContext context)
        : base(definition, context)
    {
    }

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForGemma(VocabularySize);

    /// <inheritdoc/>
    public override string? Select(string name) => name == "lm_head.weight" ? null : base.Select(name);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) =>
        Map(tensor.EndsWith("norm.weight") ? tensor.With(source => source.PlusOne()) : tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        writer.Count("context_length", Config.Require("max_position_embeddings"));
        writer.Count("embedding_length", Config.Require("hidden_size"));
        writer.Count("block_count", BlockCount, "num_hidden_layers");
        writer.Count("feed_forward_length", Config.Require("intermediate_size"));
        writer.Count("attention.head_count", Config.Require("num_attention_heads"));
        writer.Count("attention.head_count_kv", Config.Require("num_key_value_heads", "num_attention_heads"));
        writer.Real("attention.layer_norm_rms_epsilon", Config.Require("rms_norm_eps"));
        writer.Count("attention.key_length", Config.Require("head_dim"));
        writer.Count("attention.value_length", Config.Require("head_dim"));
        writer.FileType();
    }
}
