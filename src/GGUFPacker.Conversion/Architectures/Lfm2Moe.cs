using GGUFPacker.Conversion.Checkpoints;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>LFM2 with experts.</summary>
[Family("LFM2 MoE", "Lfm2MoeForCausalLM", Special = "as LFM2; experts stacked")]
internal sealed class Lfm2Moe : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("lfm2moe",
    [
        TokenEmbd, TokenEmbdNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnGateInp, ExpProbsB, FfnUp, FfnUpExps, FfnGate,
        FfnGateExps, FfnDown, FfnDownExps, AttnQNorm, AttnKNorm, ShortconvConv, ShortconvInProj, ShortconvOutProj,
    ]);

    private readonly ExpertStacks _experts;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Lfm2Moe(ArchitectureContext context)
        : base(Gguf, context)
    {
        _experts = Checked(new ExpertStacks("model.layers.{bid}.feed_forward.experts.{xid}.{part}.weight", "w1", "w2", "w3")
        {
            StackPattern = "layers.{bid}.feed_forward.experts.{part}.weight",
        });
    }

    /// <inheritdoc/>
    protected override ModelConfig KeyConfig => ShortConvolution.HeadsByLayer(Config, type => type == "full_attention");

    /// <inheritdoc/>
    public override string? Select(string name) => base.Select(name.EndsWith(".expert_bias", StringComparison.Ordinal) ? name + ".bias" : name);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => tensor.Contains("experts")
        ? MapAll(_experts.Take(tensor, block, Config.RequireInteger("num_local_experts", "num_experts")))
        : Map(ShortConvolution.Squeeze(tensor));

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("expert_feed_forward_length", Config.Require("moe_intermediate_size"));
        writer.Count("leading_dense_block_count", Config.Require("num_dense_layers"));
        writer.Count("expert_gating_func", (long)ExpertGating.Sigmoid);
        writer.Count("vocab_size", Config.Require("vocab_size"));
        writer.Count("shortconv.l_cache", Config.Require("conv_L_cache"));
    }
}
