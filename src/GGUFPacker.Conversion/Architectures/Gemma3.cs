using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Gemma 3, the text part: norms + 1, embeddings cut to the tokens that the tokenizer has, layers with and without a sliding window.</summary>
[Family("Gemma 3", "Gemma3ForCausalLM", "Gemma3ForConditionalGeneration", Special = "norms + 1, embeddings cut to the tokenizer, sliding window")]
internal class Gemma3 : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("gemma3",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, PostAttentionNorm, FfnPreNorm, PostFfwNorm, FfnUp,
        FfnGate, FfnDown, AttnQNorm, AttnKNorm,
    ]);

    private readonly Lazy<long> _tokenCount;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Gemma3(ArchitectureContext context)
        : this(Gguf, context)
    {
    }

    /// <summary>Creates the converter of a checkpoint of a relative.</summary>
    protected Gemma3(GgufArchitecture definition, ArchitectureContext context)
        : base(definition, context) => _tokenCount = new Lazy<long>(CountTokens);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForGemma3(VocabularySize);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (tensor.Contains("embed_tokens.weight"))
        {
            tensor = tensor.With(source => source.Sliced(0, 0, Math.Min(_tokenCount.Value, source.Shape.FirstOrDefault())));
        }

        return Map(tensor.EndsWith("norm.weight") ? tensor.With(Norm) : tensor);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("context_length", Config.Find("max_position_embeddings")?.Integer ?? 131072, "max_position_embeddings");
        writer.Count("attention.head_count", Config.Find("num_attention_heads")?.Integer ?? 8, "num_attention_heads");
        writer.Real("attention.layer_norm_rms_epsilon", Config.Find("rms_norm_eps")?.Number ?? 1e-6);
        var headDim = Config.Find("head_dim")?.Integer ?? 256;
        writer.Count("attention.key_length", headDim, "head_dim");
        writer.Count("attention.value_length", headDim, "head_dim");
        writer.Real("rope.freq_base", Rope.Full.Find("rope_theta")?.Number ?? 1_000_000);
        if (Config["attn_logit_softcapping"] is not null)
        {
            throw new CheckpointException("Cannot convert: 'attn_logit_softcapping' of config.json must be null for Gemma 3, which has no soft cap there.");
        }

        if (Config.Find("final_logit_softcapping") is { Number: not 0 } softCap)
        {
            writer.Real("final_logit_softcapping", softCap);
        }

        if (Config.Find("sliding_window_pattern") is not { Integer: 1 })
        {
            writer.Count("attention.sliding_window", Config.Require("sliding_window"));
        }

        writer.Count("attention.head_count_kv", Config.Find("num_key_value_heads")?.Integer ?? 4, "num_key_value_heads");
    }

    /// <summary>The weights of a norm.</summary>
    protected virtual TensorSource Norm(TensorSource source) => source.PlusOne();

    /// <summary>
    /// The rows of the embeddings that are kept. tokenizer.json counts the added tokens that are in the vocabulary twice, as llama.cpp's converter does.
    /// </summary>
    private long CountTokens()
    {
        if (Context.Files.Exists("tokenizer.model"))
        {
            return VocabularySize
                ?? SentencePieceModel.Read(SentencePieceModel.FileName, Context.Files.ReadAllBytes(SentencePieceModel.FileName)).Pieces.Length;
        }

        using var document = CheckpointJson.Open(Context.Files, "tokenizer.json");
        var root = document.RootElement;
        return (root.Property("model") is { } model ? model.Members("vocab").Count() : 0) + root.Elements("added_tokens").Count();
    }
}
