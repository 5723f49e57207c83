using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>MiniMax-Text-01 and M1: layers with linear attention between those with softmax, a mixture of experts, scaled residuals.</summary>
[Family("MiniMax-Text-01, MiniMax-M1", "MiniMaxText01ForCausalLM", "MiniMaxM1ForCausalLM", Special = "experts stacked, tokens without embedding suppressed")]
internal sealed class MiniMaxText01 : ModelArchitecture
{
    private const string EmbeddingName = "model.embed_tokens.weight";

    private static readonly GgufArchitecture Gguf = new("minimax-01",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnNorm2, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnGate, FfnNorm, FfnGateInp, FfnUpExps,
        FfnGateExps, FfnDownExps,
    ]);

    private readonly ExpertStacks _experts;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public MiniMaxText01(ArchitectureContext context)
        : base(Gguf, context) =>
        _experts = Checked(new ExpertStacks("model.layers.{bid}.block_sparse_moe.experts.{xid}.{part}.weight", "w1", "w2", "w3")
        {
            StackPattern = "layers.{bid}.feed_forward.experts.{part}.weight",
        });

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForMiniMaxText01(VocabularySize);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => tensor.Contains("block_sparse_moe.experts")
        ? MapAll(_experts.Take(tensor, block, Config.RequireInteger("num_local_experts")))
        : Map(tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.GlobalCounts("tokenizer.ggml.suppress_tokens", TokensWithoutEmbedding());
        var alpha = Number("layernorm_full_attention_alpha");
        if (Number("layernorm_linear_attention_alpha") != alpha || Number("layernorm_mlp_alpha") != alpha || Number("layernorm_full_attention_beta") != 1
            || Number("layernorm_linear_attention_beta") != 1 || Number("layernorm_mlp_beta") != 1)
        {
            throw new CheckpointException("Cannot convert: the layernorm_*_alpha of config.json must be equal, and the layernorm_*_beta 1.");
        }

        writer.Real("residual_scale", alpha);
        writer.Count("rope.dimension_count", Config.Require("rotary_dim"));
    }

    private double Number(string key) =>
        Config.Require(key)?.Number ?? throw new CheckpointException($"Cannot convert: '{key}' of config.json must not be null.");

    /// <summary>The tokens behind the trained ones whose embedding is zero: they would get in the way of sampling.</summary>
    private IEnumerable<int> TokensWithoutEmbedding()
    {
        if (!Context.Files.Exists(TokenizerJsonReader.FileName)
            || Context.Weights.Files.FirstOrDefault(file => file.TensorNames.Contains(EmbeddingName)) is not { } weights)
        {
            return [];
        }

        var embeddings = weights.Open(EmbeddingName);
        var first = AutoTokenizer.Load(Context.Files).Definition.TrainedCount;
        var rows = checked((int)embeddings.Shape[0]);
        return Enumerable.Range(first, Math.Max(0, rows - first)).Where(row => embeddings.Sliced(0, row, 1).IsZero());
    }
}
