using GGUFPacker.Conversion.Architectures;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Conversion.Projectors;

/// <summary>Models that hear through Whisper's encoder: Qwen2-Audio, and others with a stack of frames.</summary>
internal abstract class WhisperProjector : Projector
{
    /// <summary>Creates the converter of a checkpoint.</summary>
    protected WhisperProjector(ProjectorContext context)
        : base(context, hasVision: false, hasAudio: true)
    {
        if (Main is var audio && !audio.Contains("hidden_size") && !audio.Contains("intermediate_size"))
        {
            audio = audio.WithRenamed("d_model", "hidden_size").WithRenamed("encoder_ffn_dim", "intermediate_size");
            Audio = audio.WithRenamed("encoder_attention_heads", "num_attention_heads");
        }
    }

    /// <summary>The name of the projector's type.</summary>
    protected abstract string Type { get; }

    /// <inheritdoc/>
    public override string? Select(string name) =>
        base.Select(name.StartsWith("multi_modal_projector", StringComparison.Ordinal) ? "audio." + name : name);

    /// <inheritdoc/>
    public override TensorType? ForcedType(string name, string ggufName, int dimensions) =>
        name.Contains(".conv", StringComparison.Ordinal) && name.Contains(".weight", StringComparison.Ordinal)
            ? TensorType.F16
            : base.ForcedType(name, ggufName, dimensions);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => Map(tensor.Contains("conv1.bias") || tensor.Contains("conv2.bias")
        ? tensor.With(source => source.Reshaped([.. source.Shape, 1]))
        : tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Text("projector_type", Type);
        writer.Count("audio.num_mel_bins", Audio!.RequireInteger("num_mel_bins"), "num_mel_bins");
        writer.Real("audio.attention.layer_norm_epsilon", Audio.Find("layer_norm_eps")?.Number ?? 1e-5);
    }
}
