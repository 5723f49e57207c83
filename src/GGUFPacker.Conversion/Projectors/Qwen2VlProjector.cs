using System.Text.Json;
using GGUFPacker.Conversion.Architectures;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Conversion.Projectors;

/// <summary>Qwen2-VL and Qwen2.5-VL: a vision transformer over pairs of frames, with window attention since 2.5.</summary>
[Projector("Qwen2-VL, Qwen2.5-VL", "Qwen2_5_VLForConditionalGeneration", "Qwen2VLForConditionalGeneration", "Qwen2VLModel")]
internal sealed class Qwen2VlProjector : Projector
{
    /// <summary>Creates the converter of a checkpoint.</summary>
    public Qwen2VlProjector(ProjectorContext context)
        : base(context)
    {
        var vision = Vision ?? throw new CheckpointException("Cannot convert: config.json has no 'vision_config'.");
        vision = vision.Contains("image_size") ? vision : vision.With([new("image_size", JsonElements.Of(560))]);
        vision = vision.WithRenamed("num_heads", "num_attention_heads").WithRenamed("depth", "num_hidden_layers");
        Vision = vision.Contains("embed_dim") ? vision.WithRenamed("hidden_size", "intermediate_size").WithRenamed("embed_dim", "hidden_size") : vision;
    }

    /// <inheritdoc/>
    public override string? Select(string name) => name.StartsWith("visual.", StringComparison.Ordinal) ? base.Select(name) : null;

    /// <inheritdoc/>
    public override TensorType? ForcedType(string name, string ggufName, int dimensions) =>
        ggufName.Contains(".position_embd.", StringComparison.Ordinal) ? TensorType.F32 : base.ForcedType(name, ggufName, dimensions);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) =>
        tensor.Contains(".qkv.") ? MapAll(SplitInThree(tensor, "qkv", "q", "k", "v"))
        : tensor.Contains("patch_embed.proj.weight") ? SplitFrames(tensor)
        : Map(tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        switch (Config.Require("model_type")?.Text)
        {
            case "qwen2_vl":
                writer.Text("projector_type", "qwen2vl_merger");
                break;
            case "qwen2_5_vl":
                writer.Text("projector_type", "qwen2.5vl_merger");
                writer.Flag("use_silu", true);
                writer.Count("vision.n_wa_pattern", WindowPattern(), "fullatt_block_indexes");
                break;
            case var other:
                throw new CheckpointException($"Cannot convert: 'model_type' of config.json is '{other}', which is no Qwen2-VL.");
        }

        // Only the root's is looked at, though newer configurations have it in text_config.
        writer.Real("vision.attention.layer_norm_epsilon", Config.Find("rms_norm_eps")?.Number ?? 1e-6);
    }

    /// <summary>Every how many layers attention is over the whole image.</summary>
    private long WindowPattern()
    {
        var indexes = Vision!.Find("fullatt_block_indexes") is { IsList: true } list
            ? list.Element.EnumerateArray().Select(item => new ConfigValue(list.Key, item).Integer).ToList()
            : [];
        if (indexes.Count == 0 || indexes.Zip(indexes.Skip(1)).Any(pair => pair.Second - pair.First != indexes[0] + 1))
        {
            throw new CheckpointException("Cannot convert: 'fullatt_block_indexes' of config.json must be layers at equal distances.");
        }

        return indexes[0] + 1;
    }
}
