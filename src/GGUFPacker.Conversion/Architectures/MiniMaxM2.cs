using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>MiniMax-M2: norms of whole queries and keys, experts stacked.</summary>
[Family("MiniMax-M2", "MiniMaxM2ForCausalLM", Special = "experts stacked")]
internal class MiniMaxM2 : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("minimax-m2",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnGateInp, ExpProbsB, FfnUpExps, FfnGateExps,
        FfnDownExps, AttnQNorm, AttnKNorm,
    ]);

    private readonly ExpertStacks _experts;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public MiniMaxM2(ArchitectureContext context)
        : this(Gguf, context)
    {
    }

    /// <summary>Creates the converter of a checkpoint of a relative.</summary>
    protected MiniMaxM2(GgufArchitecture definition, ArchitectureContext context)
        : base(definition, context) =>
        _experts = Stacks("model.layers.{bid}.block_sparse_moe.experts.{xid}.{part}.weight", "w1", "w2", "w3");

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => tensor.Contains("block_sparse_moe.experts.")
        ? MapAll(_experts.Take(tensor, block, Config.RequireInteger("num_local_experts", "num_experts")))
        : Map(tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("expert_feed_forward_length", Config.Require("intermediate_size"));
        writer.Count("rope.dimension_count", Config.Require("rotary_dim"));
    }
}
