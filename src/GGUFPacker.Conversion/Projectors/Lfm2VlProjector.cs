using System.Text.Json;
using GGUFPacker.Conversion.Architectures;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Projectors;

/// <summary>LFM2-VL: SigLIP 2, whose patches are rows of 16 by 16 pixels with their colours innermost.</summary>
[Projector("LFM2-VL", "Lfm2VlForConditionalGeneration")]
internal sealed class Lfm2VlProjector : Projector
{
    private const int PatchSide = 16;
    private const int Colors = 3;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Lfm2VlProjector(ProjectorContext context)
        : base(context)
    {
        // Any size is possible; llama.cpp needs one.
        Vision = Main.With([new("image_size", JsonElements.Of(256))]);
    }

    /// <inheritdoc/>
    public override string? Select(string name) => base.Select(name
        .Replace("model.vision_tower.", "vision_tower.", StringComparison.Ordinal)
        .Replace("model.multi_modal_projector.", "multi_modal_projector.", StringComparison.Ordinal));

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => Map(tensor.Contains("patch_embedding.weight")
        ? tensor.With(source => source.Reshaped(source.Shape[0], PatchSide, PatchSide, Colors).Permuted(0, 3, 1, 2))
        : tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Text("projector_type", "lfm2");
        writer.Real("vision.attention.layer_norm_epsilon", Main.Require("layer_norm_eps"));
        writer.Count("vision.projector.scale_factor", Config.Find("downsample_factor")?.Integer ?? 2, "downsample_factor");
        writer.Flag("use_gelu", true);

        // -1 takes the last layer's output, -2 the one before it, whose layers behind it are not needed.
        var layer = Config.Find("vision_feature_layer")?.Integer ?? -1;
        writer.Count("vision.block_count", Main.RequireInteger(BlockCountKeys) + layer + 1, "vision_feature_layer");
    }
}
