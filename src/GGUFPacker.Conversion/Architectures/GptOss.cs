using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// GPT-OSS: experts in MXFP4, taken as they are, or as numbers, transposed and with the rows of gates (even) and ways up (odd) interleaved; attention sinks.
/// </summary>
[Family("GPT-OSS", "GptOssForCausalLM", Special = "MXFP4 experts kept, gate and up taken apart row by row, attention sinks")]
internal sealed class GptOss(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("gpt-oss",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, PostAttentionNorm, AttnSinks, FfnGateInp, FfnUpExps,
        FfnGateExps, FfnDownExps,
    ]);

    /// <inheritdoc/>
    public override bool HasMxfp4Experts => true;

    /// <inheritdoc/>
    public override string? Select(string name) => base.Select(name.Contains("sinks", StringComparison.Ordinal) ? name + ".weight" : name);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (tensor.Contains("down_proj"))
        {
            return Map(tensor.EndsWith("_bias")
                ? tensor.Renamed("down_proj_bias", "down_proj.bias")
                : tensor.With(source => source.Transposed()).Renamed("down_proj", "down_proj.weight"));
        }

        if (!tensor.Contains("gate_up_proj"))
        {
            return Map(tensor);
        }

        if (tensor.EndsWith("_bias"))
        {
            return MapAll(
            [
                tensor.With(source => Interleaved(source, -1, 0)).Renamed("gate_up_proj_bias", "gate_proj.bias"),
                tensor.With(source => Interleaved(source, -1, 1)).Renamed("gate_up_proj_bias", "up_proj.bias"),
            ]);
        }

        return MapAll(
        [
            tensor.With(source => Interleaved(source.Transposed(), 1, 0)).Renamed("gate_up_proj", "gate_proj.weight"),
            tensor.With(source => Interleaved(source.Transposed(), 1, 1)).Renamed("gate_up_proj", "up_proj.weight"),
        ]);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("attention.sliding_window", Config.Require("sliding_window"));
        writer.Count("expert_feed_forward_length", Config.Require("intermediate_size"));
    }

    /// <summary>Every second entry of an axis.</summary>
    private static TensorSource Interleaved(TensorSource source, int axis, long first)
    {
        var size = source.Shape.Length == 0 ? 0 : source.Shape[axis < 0 ? axis + source.Shape.Length : axis];
        return source.Sliced(axis, first, (size - first + 1) / 2, step: 2);
    }
}
