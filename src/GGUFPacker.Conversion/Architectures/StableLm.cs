using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>StableLM: a part of each head is rotated; the norms of the heads' queries and keys, one each, are stacked.</summary>
[Family("StableLM", "StableLmForCausalLM", "StableLMEpochForCausalLM", "LlavaStableLMEpochForCausalLM", Special = "norms of heads stacked")]
internal sealed class StableLm : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("stablelm",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnUp, FfnGate, FfnDown, AttnQNorm, AttnKNorm,
        RopeFreqs,
    ]);

    private readonly ExpertStacks _queryNorms;
    private readonly ExpertStacks _keyNorms;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public StableLm(ArchitectureContext context)
        : base(Gguf, context)
    {
        _queryNorms = HeadNorms("q_layernorm");
        _keyNorms = HeadNorms("k_layernorm");
    }

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForStableLm(VocabularySize);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) =>
        tensor.Contains("q_layernorm.norms") ? MapAll(_queryNorms.Take(tensor, block, Config.RequireInteger("num_attention_heads")))
        : tensor.Contains("k_layernorm.norms") ? MapAll(_keyNorms.Take(tensor, block, Config.RequireInteger("num_key_value_heads")))
        : Map(tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        writer.Count("context_length", Config.Require("max_position_embeddings"));
        writer.Count("embedding_length", Config.Require("hidden_size"));
        writer.Count("block_count", BlockCount, "num_hidden_layers");
        writer.Count("feed_forward_length", Config.Require("intermediate_size"));
        writer.Count("rope.dimension_count", RotaryDimensions.OfHead(Config, Rope.Full.Require("partial_rotary_factor")), "partial_rotary_factor");
        writer.Count("attention.head_count", Config.Require("num_attention_heads"));
        writer.Count("attention.head_count_kv", Config.Require("num_key_value_heads"));
        writer.Flag("use_parallel_residual", !Config.Contains("use_parallel_residual") || Config.IsTrue("use_parallel_residual"));
        writer.Real("attention.layer_norm_epsilon", Config.Require("layer_norm_eps", "norm_eps"));
        writer.FileType();
    }

    private ExpertStacks HeadNorms(string name) => Checked(new ExpertStacks($"model.layers.{{bid}}.self_attn.{name}.norms.{{xid}}.{{part}}", "weight")
    {
        StackPattern = $"model.layers.{{bid}}.self_attn.{name}.{{part}}",
    });
}
