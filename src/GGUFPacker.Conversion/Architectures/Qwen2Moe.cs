using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Qwen1.5-MoE and Qwen2-MoE: experts stacked, or stacked already with gates and ways up in one.</summary>
[Family("Qwen2 MoE", "Qwen2MoeForCausalLM", Special = "experts stacked or split, shared expert")]
internal class Qwen2Moe : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("qwen2moe",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnGateInp, FfnGateInpShexp, FfnUpExps,
        FfnUpShexp, FfnGateExps, FfnGateShexp, FfnDownExps, FfnDownShexp,
    ]);

    private readonly ExpertStacks _experts;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Qwen2Moe(ArchitectureContext context)
        : this(Gguf, context)
    {
    }

    /// <summary>Creates the converter of a checkpoint of a relative.</summary>
    protected Qwen2Moe(GgufArchitecture definition, ArchitectureContext context)
        : base(definition, context) =>
        _experts = Stacks("model.layers.{bid}.mlp.experts.{xid}.{part}.weight", "down_proj", "gate_proj", "up_proj");

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        const string Down = "mlp.experts.down_proj", GateUp = "mlp.experts.gate_up_proj";
        if (tensor.EndsWith(Down) || tensor.EndsWith(Down + ".weight"))
        {
            return Map(tensor.EndsWith(".weight") ? tensor : tensor with { Name = tensor.Name + ".weight" });
        }

        if (tensor.EndsWith(GateUp) || tensor.EndsWith(GateUp + ".weight"))
        {
            var stem = tensor.Name[..tensor.Name.LastIndexOf(".gate_up_proj", StringComparison.Ordinal)];
            return MapAll(
            [
                tensor.With(source => source.Chunks(-2, 2)[0]) with { Name = $"{stem}.gate_proj.weight" },
                tensor.With(source => source.Chunks(-2, 2)[1]) with { Name = $"{stem}.up_proj.weight" },
            ]);
        }

        return tensor.Contains("experts")
            ? MapAll(_experts.Take(tensor, block, Config.RequireInteger("num_local_experts", "num_experts")))
            : Map(tensor);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        WriteExperts(writer);
    }

    /// <summary>Writes the keys of the experts.</summary>
    protected virtual void WriteExperts(ParameterWriter writer)
    {
        writer.Count("expert_feed_forward_length", Config.Find("moe_intermediate_size"));
        writer.Count("expert_shared_feed_forward_length", Config.Find("shared_expert_intermediate_size"));
    }
}
