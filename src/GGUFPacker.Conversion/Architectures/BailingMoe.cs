using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Ling and Ring 1: fused query, key and value split and permuted, experts stacked, the output matrix perhaps divided by its columns' norms.</summary>
[Family("Ling, Ring (Bailing MoE)", "BailingMoeForCausalLM", Special = "fused query, key and value split and permuted, experts stacked, norm_head")]
internal sealed class BailingMoe : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("bailingmoe",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnGateInp, FfnUpExps, FfnUpShexp,
        FfnGateExps, FfnGateShexp, FfnDownExps, FfnDownShexp, RopeFreqs,
    ]);

    private readonly ExpertStacks _experts;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public BailingMoe(ArchitectureContext context)
        : base(Gguf, context) => _experts = Stacks("model.layers.{bid}.mlp.experts.{xid}.{part}.weight", "down_proj", "gate_proj", "up_proj");

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (tensor.EndsWith("attention.dense.weight"))
        {
            return Map(tensor with { Name = AttnOutput.NameOf(block) });
        }

        if (tensor.EndsWith("query_key_value.weight"))
        {
            var heads = Config.RequireInteger("num_attention_heads");
            var groups = Config.RequireInteger("num_key_value_heads");
            var headDim = RopeHead.Dim(Config);
            IReadOnlyList<TensorSource> Parts(TensorSource source) => source.Split(-2, heads * headDim, groups * headDim, groups * headDim);
            return MapAll(
            [
                tensor.With(source => Parts(source)[0].RotaryPermuted(heads)) with { Name = AttnQ.NameOf(block) },
                tensor.With(source => Parts(source)[1].RotaryPermuted(groups)) with { Name = AttnK.NameOf(block) },
                tensor.With(source => Parts(source)[2]) with { Name = AttnV.NameOf(block) },
            ]);
        }

        if (tensor.Contains("mlp.experts"))
        {
            return MapAll(_experts.Take(tensor, block, Config.RequireInteger("num_local_experts", "num_experts")));
        }

        return Map(Config.IsTrue("norm_head") && MapName(tensor.Name) == Output.NameOf(null)
            ? tensor.With(source => new ColumnNormalizedTensor(source))
            : tensor);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("rope.dimension_count", RopeHead.Dim(Config), "head_dim");
        writer.Count("leading_dense_block_count", Config.Require("first_k_dense_replace"));
        writer.Count("vocab_size", Config.Require("vocab_size"));
        writer.Count("expert_feed_forward_length", Config.Require("moe_intermediate_size"));
        writer.Real("expert_weights_scale", 1);
        writer.Count("expert_shared_count", Config.Require("num_shared_experts"));
        writer.Flag("expert_weights_norm", Config.IsTrue("norm_topk_prob"));
    }
}
