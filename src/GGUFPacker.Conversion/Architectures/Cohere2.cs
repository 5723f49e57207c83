using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Command R7B and Command A: layers with a sliding window; biases, which are all 0, are left out.</summary>
[Family("Command R7B, Command A", "Cohere2ForCausalLM", Special = "logit scale, sliding window, zero biases left out")]
internal sealed class Cohere2(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("cohere2",
    [
        TokenEmbd, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnUp, FfnGate, FfnDown,
    ]);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => !tensor.EndsWith(".bias")
        ? Map(tensor)
        : tensor.Source.IsZero()
            ? []
            : throw new CheckpointException($"Cannot convert the bias '{tensor.Name}': it is not zero, and llama.cpp's architecture has none.");

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Real("logit_scale", Config.Require("logit_scale"));
        writer.Count("attention.sliding_window", Config.Require("sliding_window"));
        writer.Count("vocab_size", Config.Require("vocab_size"));
        writer.Count("rope.dimension_count", RotaryDimensions.OfHead(Config, Config.Require("rotary_pct")), "rotary_pct");
        writer.Text("rope.scaling.type", "none");
    }
}
