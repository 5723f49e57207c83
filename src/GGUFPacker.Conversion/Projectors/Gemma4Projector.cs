using System.Text.Json;
using GGUFPacker.Conversion.Architectures;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Conversion.Projectors;

/// <summary>Gemma 4: a vision and an audio encoder in one file, with the ranges of their clipped layers.</summary>
[Projector("Gemma 4, vision and audio", "Gemma4ForConditionalGeneration")]
internal sealed class Gemma4Projector : Projector
{
    private const int Colors = 3;

    private static readonly string[] Suffixes = [".weight", ".bias", ".input_max", ".input_min", ".output_max", ".output_min"];

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Gemma4Projector(ProjectorContext context)
        : base(context, hasAudio: true)
    {
        // Any size is possible; the key must be there.
        Vision = (Vision ?? throw new CheckpointException("Cannot convert: config.json has no 'vision_config'."))
            .With([new("image_size", JsonElements.Of(224))]);
        HasAudio = Audio is not null;
        if (Audio?.Find("hidden_size") is { } size)
        {
            Audio = Audio.With([new("intermediate_size", JsonElements.Of(checked(size.Integer * 4)))]);
        }
    }

    /// <inheritdoc/>
    public override TensorType? ForcedType(string name, string ggufName, int dimensions)
    {
        var isConvolution = IsAudio(name)
            && (name.Contains(".conv", StringComparison.Ordinal)
                || (name.Contains("_conv", StringComparison.Ordinal) && name.Contains(".weight", StringComparison.Ordinal)));
        return isConvolution || name.Contains("position_embedding_table", StringComparison.Ordinal)
            ? TensorType.F32
            : base.ForcedType(name, ggufName, dimensions);
    }

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (tensor.Source.Shape.IsEmpty)
        {
            tensor = tensor.With(source => source.Reshaped(1));
        }

        return Map(IsAudio(tensor.Name) ? OfAudio(tensor) : OfVision(tensor), Suffixes);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Text("vision.projector_type", "gemma4v");
        writer.Real("vision.attention.layer_norm_epsilon", Vision!.Find("layer_norm_eps")?.Number ?? 1e-6);
        if (HasAudio)
        {
            writer.Text("audio.projector_type", "gemma4a");
            writer.Count("audio.num_mel_bins", Audio!.Find("input_feat_size")?.Integer ?? 128, "input_feat_size");
            writer.Real("audio.attention.layer_norm_epsilon", Audio.Find("layer_norm_eps")?.Number ?? 1e-6);
        }
    }

    private static bool IsAudio(string name) =>
        name.Contains("audio_tower", StringComparison.Ordinal) || name.Contains("embed_audio", StringComparison.Ordinal);

    private static NamedTensor OfAudio(NamedTensor tensor)
    {
        tensor = tensor.Renamed("model.audio_tower.", "conformer.").Renamed(".linear.", ".");
        if (tensor.EndsWith("per_dim_key_scale") || tensor.EndsWith("per_dim_scale"))
        {
            tensor = tensor.With(source => source.SoftPlus()) with { Name = tensor.Name + ".weight" };
        }

        return tensor.Contains("lconv1d.depthwise_conv1d") && tensor.EndsWith(".weight")
            ? tensor.With(source => source.Shape is [var channels, 1, var width] ? source.Reshaped(channels, width) : throw new ArgumentException("It is no depthwise convolution."))
            : tensor;
    }

    private static NamedTensor OfVision(NamedTensor tensor)
    {
        tensor = tensor.Renamed("model.vision_tower.encoder.", "vision_model.model.").Renamed(".linear.weight", ".weight");
        if (tensor.EndsWith("layer_scalar") || tensor.EndsWith("position_embedding_table"))
        {
            return tensor with { Name = tensor.Name + ".weight" };
        }

        return tensor.EndsWith("patch_embedder.input_proj.weight")
            ? tensor.With(source =>
            {
                var side = (long)Math.Sqrt(source.Shape[^1] / Colors);
                return source.Reshaped(source.Shape[0], side, side, Colors).Permuted(0, 3, 1, 2);
            })
            : tensor;
    }
}
