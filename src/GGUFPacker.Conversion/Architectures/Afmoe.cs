using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Arcee Trinity: shared experts, a gate behind attention, norms on both sides.</summary>
[Family("Arcee Trinity", "AfmoeForCausalLM", Special = "as Llama, not permuted; experts stacked")]
internal sealed class Afmoe : Llama
{
    private static readonly GgufArchitecture Gguf = new("afmoe",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, PostAttentionNorm, AttnGate, FfnPreNorm, PostFfwNorm,
        FfnGateInp, ExpProbsB, FfnUp, FfnUpExps, FfnUpShexp, FfnGate, FfnGateExps, FfnGateShexp, FfnDown, FfnDownExps, FfnDownShexp, AttnQNorm,
        AttnKNorm,
    ]);

    private readonly ExpertStacks _experts;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Afmoe(ArchitectureContext context)
        : base(Gguf, context) =>
        _experts = Stacks("model.layers.{bid}.mlp.experts.{xid}.{part}.weight", "gate_proj", "up_proj", "down_proj");

    /// <inheritdoc/>
    protected override bool IsPermuted => false;

    /// <inheritdoc/>
    public override string? Select(string name) =>
        base.Select(name.EndsWith(".expert_bias", StringComparison.Ordinal)
            ? name.Replace(".expert_bias", ".expert_bias.bias", StringComparison.Ordinal)
            : name);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => tensor.Contains("mlp.experts")
        ? MapAll(_experts.Take(tensor, block, Config.RequireInteger("num_local_experts", "num_experts")))
        : Map(tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("expert_shared_count", Config.Find("num_shared_experts"));
        writer.Count("expert_feed_forward_length", Config.Find("moe_intermediate_size"));
        writer.Count("leading_dense_block_count", Config.Find("num_dense_layers"));
        if (Config["route_norm"] is not null)
        {
            writer.Flag("expert_weights_norm", Config.IsTrue("route_norm"));
        }

        writer.Real("expert_weights_scale", Config.Find("route_scale"));
        writer.Count("attention.sliding_window", Config.Find("sliding_window"));
    }
}
