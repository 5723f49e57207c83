using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>DeepSeek MoE 16B, the first of the family: Llama's rotary permutation, experts stacked.</summary>
[Family("DeepSeek MoE", "DeepseekForCausalLM", Special = "rotary permutation, experts stacked")]
internal sealed class Deepseek : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("deepseek",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnRotEmbd, FfnNorm, FfnGateInp, FfnUp, FfnUpExps,
        FfnUpShexp, FfnGate, FfnGateExps, FfnGateShexp, FfnDown, FfnDownExps, FfnDownShexp, RopeFreqs,
    ]);

    private readonly ExpertStacks _experts;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Deepseek(ArchitectureContext context)
        : base(Gguf, context) => _experts = Stacks("model.layers.{bid}.mlp.experts.{xid}.{part}.weight", "down_proj", "gate_proj", "up_proj");

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForQwen2(VocabularySize);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        var heads = Config.RequireInteger("num_attention_heads");
        return tensor.Contains("mlp.experts") ? MapAll(_experts.Take(tensor, block, Config.RequireInteger("n_routed_experts")))
            : tensor.EndsWith("q_proj.weight") || tensor.EndsWith("q_proj.bias") ? Map(tensor.With(source => source.RotaryPermuted(heads)))
            : tensor.EndsWith("k_proj.weight") || tensor.EndsWith("k_proj.bias")
                ? Map(tensor.With(source => source.RotaryPermuted(Config.Integer("num_key_value_heads") ?? heads)))
                : Map(tensor);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("rope.dimension_count", RopeHead.Dim(Config), "head_dim");
        writer.Text("rope.scaling.type", "none");
        writer.Count("leading_dense_block_count", Config.Require("first_k_dense_replace"));
        writer.Count("vocab_size", Config.Require("vocab_size"));
        writer.Count("expert_feed_forward_length", Config.Require("moe_intermediate_size"));
        writer.Real("expert_weights_scale", 1);
        writer.Count("expert_count", Config.Require("n_routed_experts"));
        writer.Count("expert_shared_count", Config.Require("n_shared_experts"));
    }
}
