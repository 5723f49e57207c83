using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>T5, Flan-T5, mT5 and UMT5: encoder and decoder, whose embeddings are one tensor under up to three names.</summary>
[Family(
    "T5, mT5, UMT5", "T5ForConditionalGeneration", "T5WithLMHeadModel", "MT5ForConditionalGeneration", "UMT5ForConditionalGeneration", "UMT5Model",
    Special = "encoder and decoder")]
internal class T5 : ModelArchitecture
{
    private const long DefaultContext = 512;

    private static readonly GgufArchitecture Gguf = new("t5",
    [
        TokenEmbd, Output, DecAttnNorm, DecAttnQ, DecAttnK, DecAttnV, DecAttnO, DecAttnRelB, DecCrossAttnNorm, DecCrossAttnQ, DecCrossAttnK,
        DecCrossAttnV, DecCrossAttnO, DecCrossAttnRelB, DecFfnNorm, DecFfnGate, DecFfnUp, DecFfnDown, DecOutputNorm, EncAttnNorm, EncAttnQ, EncAttnK,
        EncAttnV, EncAttnO, EncAttnRelB, EncFfnNorm, EncFfnGate, EncFfnUp, EncFfnDown, EncOutputNorm,
    ]);

    private bool _hasEmbeddings;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public T5(ArchitectureContext context)
        : this(Gguf, context)
    {
    }

    /// <summary>Creates the converter of a checkpoint of a relative.</summary>
    protected T5(GgufArchitecture definition, ArchitectureContext context)
        : base(definition, context)
    {
    }

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForT5(VocabularySize);

    /// <summary>Whether the model has a decoder.</summary>
    protected virtual bool HasDecoder => true;

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (tensor.Name is not ("decoder.embed_tokens.weight" or "encoder.embed_tokens.weight" or "shared.weight"))
        {
            return Map(tensor);
        }

        if (_hasEmbeddings)
        {
            return [];
        }

        _hasEmbeddings = true;
        return Map(tensor with { Name = "shared.weight" });
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        writer.Count("context_length", Config.Find("n_positions")?.Integer ?? DefaultContext, "n_positions");
        writer.Count("embedding_length", Config.Require("d_model"));
        writer.Count("feed_forward_length", Config.Require("d_ff"));
        writer.Count("block_count", BlockCount, "num_layers");
        if (HasDecoder)
        {
            writer.Count("decoder_block_count", Config.Find("num_decoder_layers"));
        }

        writer.Count("attention.head_count", Config.Require("num_heads"));
        writer.Count("attention.key_length", Config.Require("d_kv"));
        writer.Count("attention.value_length", Config.Require("d_kv"));
        writer.Real("attention.layer_norm_epsilon", Config.Require("layer_norm_epsilon"));
        writer.Count("attention.relative_buckets_count", Config.Require("relative_attention_num_buckets"));
        writer.Real("attention.layer_norm_rms_epsilon", Config.Require("layer_norm_epsilon"));
        if (HasDecoder)
        {
            writer.Count("decoder_start_token_id", Config.RequireInteger("decoder_start_token_id"), "decoder_start_token_id");
        }

        writer.FileType();
    }
}
