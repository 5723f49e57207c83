using GGUFPacker.Conversion.Checkpoints;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Granite with a sliding window and experts, whose gates and ways up stay one tensor.</summary>
[Family("Granite MoE with sliding window", "GraniteMoeSWAForCausalLM", Special = "as Granite with sliding window; gate and up kept together")]
internal sealed class GraniteMoeSwa(ArchitectureContext context) : GraniteSwa(context)
{
    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (tensor.EndsWith("block_sparse_moe.experts.gate_up_proj") || tensor.EndsWith("block_sparse_moe.input_linear.weight"))
        {
            return Named(tensor, block, FfnGateUpExps, "intermediate_size");
        }

        if (tensor.EndsWith("shared_mlp.input_linear.weight"))
        {
            return Named(tensor, block, FfnUpShexp, Config.Contains("shared_intermediate_size") ? "shared_intermediate_size" : "intermediate_size");
        }

        return tensor.EndsWith("block_sparse_moe.experts.down_proj") ? Named(tensor, block, FfnDownExps)
            : tensor.EndsWith("shared_mlp.output_linear.weight") ? Named(tensor, block, FfnDownShexp)
            : base.Convert(tensor, block);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        if (Config.IsTrue("shared_intermediate_size"))
        {
            writer.Count("expert_shared_feed_forward_length", Config.Find("shared_intermediate_size"));
        }
    }

    private IEnumerable<NamedTensor> Named(NamedTensor tensor, long? block, TensorKind kind, string? sizeKey = null)
    {
        var shape = tensor.Source.Shape;
        return sizeKey is null || (shape.Length >= 2 && shape[^2] == 2 * Config.RequireInteger(sizeKey))
            ? Map(tensor with { Name = kind.NameOf(block) })
            : throw new CheckpointException($"Cannot convert the tensor '{tensor.Name}': it must have twice '{sizeKey}' of config.json rows.");
    }
}
