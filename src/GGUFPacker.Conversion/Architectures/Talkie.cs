using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Talkie: gains behind attention and feed-forward part, and a rotary embedding that turns the other way, which signs of weights undo.</summary>
[Family("Talkie", "TalkieForCausalLM", Special = "gains as scales, second half of each query and key head negated")]
internal sealed class Talkie(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private const float SingleEpsilon = 1.1920929e-7f;

    private static readonly GgufArchitecture Gguf = new("talkie",
    [
        TokenEmbd, Output, AttnQ, AttnK, AttnV, AttnOutput, FfnUp, FfnGate, FfnDown, AttnQNorm, LayerOutputScale,
    ]);

    private float? _logitScale;

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        var prefix = block is null ? "" : $"model.blocks.{block}.";
        switch (tensor.Name.StartsWith(prefix, StringComparison.Ordinal) ? tensor.Name[prefix.Length..] : tensor.Name)
        {
            case "attn_gain.a_g":
                return [tensor with { Name = AttnOutput.NameOf(block, ".scale") }];
            case "mlp_gain.a_g":
                return [tensor with { Name = FfnDown.NameOf(block, ".scale") }];
            case "lm_head_gain.w_g":
                _logitScale = tensor.Source.ReadSingle(tensor.Name);
                return [];
            case "attn.attn_query.weight" or "attn.attn_key.weight":
                tensor = tensor.With(TurnedBack);
                break;
            case "attn.head_gain.head_g":
                tensor = tensor.With(source => source.Unsqueezed());
                break;
        }

        return Map(tensor.EndsWith(".weight") ? tensor : tensor with { Name = tensor.Name + ".weight" });
    }

    /// <inheritdoc/>
    public override void WriteEarlyParameters(ParameterWriter writer)
    {
        if (_logitScale is { } scale)
        {
            writer.Real("logit_scale", scale);
        }
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Real("attention.layer_norm_rms_epsilon", SingleEpsilon);
    }

    private TensorSource TurnedBack(TensorSource source)
    {
        var headDim = Config.RequireInteger("head_dim");
        var heads = source.Reshaped(-1, headDim, source.Shape[^1]);
        var half = headDim / 2;
        return Concatenation.Join([heads.Sliced(1, 0, half), heads.Sliced(1, half, headDim - half).Times(-1)], 1).Reshaped(source.Shape.AsSpan());
    }
}
