using GGUFPacker.Conversion.Architectures;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Conversion.Projectors;

/// <summary>Gemma 3: SigLIP, its outputs averaged and normed with 1 + w.</summary>
[Projector("Gemma 3", "Gemma3ForConditionalGeneration")]
internal sealed class Gemma3Projector(ProjectorContext context) : Projector(context)
{
    /// <summary>The factor that llama.cpp assumes.</summary>
    private const long UsualScaleFactor = 4;

    private static readonly string[] Prefixes = ["multi_modal_projector.", "vision_tower.", "multimodal_projector.", "vision_model."];

    /// <inheritdoc/>
    public override string? Select(string name) =>
        name.Contains("vision_model.head.", StringComparison.Ordinal) || !Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))
            ? null
            : base.Select(name.Replace("_weight", ".weight", StringComparison.Ordinal));

    /// <inheritdoc/>
    public override TensorType? ForcedType(string name, string ggufName, int dimensions) =>
        name.Contains("input_projection", StringComparison.Ordinal) ? TensorType.F16
        : name.Contains(".embeddings.", StringComparison.Ordinal) ? TensorType.F32
        : base.ForcedType(name, ggufName, dimensions);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) =>
        Map(tensor.Contains("soft_emb_norm.weight") ? tensor.With(source => source.PlusOne()) : tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Text("projector_type", "gemma3");
        writer.Real("vision.attention.layer_norm_epsilon", Main.Find("layer_norm_eps")?.Number ?? 1e-6);
        writer.Flag("use_gelu", true);
        var side = (long)Math.Sqrt(Context.Preprocessor.Find("image_seq_length")?.Number ?? 256);
        var patch = Main.RequireInteger("patch_size");
        if (side <= 0 || patch <= 0)
        {
            throw new CheckpointException(
                "Cannot convert: 'image_seq_length' of preprocessor_config.json and 'patch_size' of config.json must be greater than 0.");
        }

        var factor = Main.RequireInteger("image_size") / patch / side;
        if (factor > 0 && factor != UsualScaleFactor)
        {
            writer.Count("vision.projector.scale_factor", factor, "image_size");
        }
    }
}
