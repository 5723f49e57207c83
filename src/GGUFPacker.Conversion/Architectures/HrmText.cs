using System.Globalization;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// HRM-Text: two stacks of layers that are run through again and again. The file has each layer once, the low stack before the high one;
/// block_count is the number of passes.
/// </summary>
[Family("HRM-Text", "HrmTextForCausalLM", Special = "fused projections split, layers of both stacks numbered through")]
internal sealed class HrmText(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("hrm_text",
    [
        TokenEmbd, Output, AttnQ, AttnK, AttnV, AttnOutput, AttnGate, FfnUp, FfnGate, FfnDown, HrmLowInit,
    ]);

    /// <inheritdoc/>
    protected override long BlockCount => checked(2 * LayersPerStack);

    private long LayersPerStack => Config.IntegerOr(0, "num_layers_per_stack") is not 0 and var layers ? layers : Config.RequireInteger("num_hidden_layers");

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        switch (tensor.Name)
        {
            case "model.embed_tokens.weight":
                return Map(tensor with { Name = TokenEmbd.NameOf(null) });
            case "lm_head.weight":
                return Map(tensor with { Name = Output.NameOf(null) });
            case "model.z_L_init":
                return [tensor with { Name = HrmLowInit.NameOf(null, "") }];
        }

        if (tensor.Name.Split('.', 5) is not ["model", var stack, "layers", var number, var part] || stack is not ("L_module" or "H_module")
            || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var layer))
        {
            throw new CheckpointException($"Cannot convert the tensor '{tensor.Name}': the architecture {HuggingFaceName} has none of this name.");
        }

        layer += stack[0] == 'H' ? LayersPerStack : 0;
        return part switch
        {
            "attn.gqkv_proj.weight" => Parts(AttnGate, AttnQ, AttnK, AttnV),
            "mlp.gate_up_proj.weight" => Parts(FfnGate, FfnUp),
            _ => Map(tensor with { Name = $"model.layers.{layer}.{(part.StartsWith("attn.", StringComparison.Ordinal) ? "self_" : "")}{part}" }),
        };

        IEnumerable<NamedTensor> Parts(params TensorKind[] kinds) => kinds.Select((kind, index) =>
            tensor.With(source => source.Chunks(0, kinds.Length)[index]) with { Name = kind.NameOf(layer) });
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        var (layers, high, low) = (LayersPerStack, Config.RequireInteger("H_cycles"), Config.RequireInteger("L_cycles"));
        CommonParameters.Write(writer, KeyConfig, Rope, checked(layers * high * (low + 1)));
        writer.FileType();
        writer.Count("rope.dimension_count", Config.IntegerOr(0, "head_dim") is not 0 and var head ? head : RopeHead.Shared(Config), "head_dim");
        writer.Real("embedding_scale", Config.Require("embedding_scale"));
        writer.Count("hrm.layers_per_stack", layers, "num_layers_per_stack");
        writer.Count("hrm.h_cycles", high, "H_cycles");
        writer.Count("hrm.l_cycles", low, "L_cycles");
        writer.Flag("hrm.prefix_lm", Config.IsTrue("prefix_lm"));
    }
}
