using System.Text.Json;
using GGUFPacker.Conversion.Architectures;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Conversion.Projectors;

/// <summary>Idefics 3 and SmolVLM: SigLIP and a pixel shuffle.</summary>
[Projector("SmolVLM, Idefics 3", "SmolVLMForConditionalGeneration", "Idefics3ForConditionalGeneration")]
internal sealed class SmolVlmProjector : Projector
{
    /// <summary>Creates the converter of a checkpoint.</summary>
    public SmolVlmProjector(ProjectorContext context)
        : base(context)
    {
        if (Main.Require("model_type")?.Text == "smolvlm_vision")
        {
            // What transformers has where the configuration says nothing.
            Vision = WithDefault(WithDefault(WithDefault(Main, "hidden_size", 1152), "num_attention_heads", 16), "intermediate_size", 3072);
        }
    }

    /// <inheritdoc/>
    public override string? Select(string name) =>
        name.Contains("vision_tower", StringComparison.Ordinal) || name.Contains("vision_model", StringComparison.Ordinal)
        || name.Contains("model.connector", StringComparison.Ordinal)
            ? base.Select(name)
            : null;

    /// <inheritdoc/>
    public override TensorType? ForcedType(string name, string ggufName, int dimensions) =>
        name.Contains(".embeddings.", StringComparison.Ordinal) ? TensorType.F32 : base.ForcedType(name, ggufName, dimensions);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Text("projector_type", "idefics3");
        writer.Real("vision.attention.layer_norm_epsilon", Main.Find("layer_norm_eps")?.Number ?? 1e-5);
        writer.Count("vision.projector.scale_factor", Config.Find("scale_factor")?.Integer ?? 2, "scale_factor");
        writer.Flag("use_gelu", true);
        var edge = Context.Preprocessor["size"] is { ValueKind: JsonValueKind.Object } size && size.TryGetProperty("longest_edge", out var value)
            ? new ConfigValue("size.longest_edge", value).Integer
            : Main.RequireInteger("image_size");
        writer.Count("vision.preproc_image_size", edge, "size.longest_edge");
    }

    private static ModelConfig WithDefault(ModelConfig config, string key, int value) =>
        config.Contains(key) ? config : config.With([new(key, JsonElements.Of(value))]);
}
