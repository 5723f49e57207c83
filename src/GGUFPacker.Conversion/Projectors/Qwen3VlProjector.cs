using System.Text.Json;
using GGUFPacker.Conversion.Architectures;
using GGUFPacker.Conversion.Checkpoints;
using static GGUFPacker.Conversion.Projectors.ProjectorKinds;

namespace GGUFPacker.Conversion.Projectors;

/// <summary>Qwen3-VL and the vision part of Qwen3.5: a vision transformer whose inner layers feed the text model, too ("deep stack").</summary>
[Projector(
    "Qwen3-VL, Qwen3.5",
    "Qwen3VLForConditionalGeneration", "Qwen3VLMoeForConditionalGeneration", "Qwen3_5ForConditionalGeneration", "Qwen3_5MoeForConditionalGeneration")]
internal sealed class Qwen3VlProjector : Projector
{
    private const string DeepStack = "visual.deepstack_merger_list.";
    private const string Merger = "visual.merger.";

    private readonly List<long> _deepStackLayers;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Qwen3VlProjector(ProjectorContext context)
        : base(context)
    {
        var vision = Vision ?? throw new CheckpointException("Cannot convert: config.json has no 'vision_config'.");
        if (!vision.Contains("image_size"))
        {
            // The position embedding is a square of patches.
            var positions = vision.Find("num_position_embeddings")?.Number ?? 2304;
            var patch = vision.Find("patch_size")?.Number ?? 16;
            vision = vision.With([new("image_size", JsonElements.Of((long)(Math.Sqrt(positions) * patch)))]);
        }

        Vision = vision.WithRenamed("num_heads", "num_attention_heads").WithRenamed("depth", "num_hidden_layers");
        _deepStackLayers = vision.Find("deepstack_visual_indexes") is { IsList: true } list
            ? [.. list.Element.EnumerateArray().Select(item => new ConfigValue(list.Key, item).Integer)]
            : [];
    }

    /// <inheritdoc/>
    public override string? Select(string name)
    {
        if (name.StartsWith("model.visual.", StringComparison.Ordinal))
        {
            name = name["model.".Length..];
        }

        return name.StartsWith("visual.", StringComparison.Ordinal) ? base.Select(name) : null;
    }

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => tensor.Name switch
    {
        "visual.patch_embed.proj.weight" => SplitFrames(tensor),
        "visual.patch_embed.proj.bias" => [tensor with { Name = VEncEmbdPatch.NameOf(null, ".bias") }],
        _ when tensor.Name.StartsWith(DeepStack, StringComparison.Ordinal) => Map(tensor with { Name = DeepStackName(tensor.Name) }),
        _ when tensor.Name.StartsWith(Merger, StringComparison.Ordinal) => [tensor with { Name = MergerName(tensor.Name) }],
        _ => Map(tensor),
    };

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Text("projector_type", "qwen3vl_merger");
        writer.Flag("use_gelu", true);
        writer.Count("vision.spatial_merge_size", Vision!.Find("spatial_merge_size"));
        var text = Config["text_config"] is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty("rms_norm_eps", out var value)
            ? new ConfigValue("rms_norm_eps", value).Number
            : 1e-6;
        writer.Real("vision.attention.layer_norm_epsilon", text);
        var layers = new bool[Vision.Find("num_hidden_layers")?.Integer is >= 0 and < 1 << 16 and var count ? count : 0];
        foreach (var layer in _deepStackLayers)
        {
            if (layer < -layers.Length || layer >= layers.Length)
            {
                throw new CheckpointException(
                    $"Cannot convert: 'deepstack_visual_indexes' of config.json holds {layer}, but there are {layers.Length} layers.");
            }

            layers[layer < 0 ? layer + layers.Length : layer] = true;
        }

        writer.Flags("vision.is_deepstack_layers", layers);
    }

    private string DeepStackName(string name)
    {
        // visual.deepstack_merger_list.<place in deepstack_visual_indexes>.<part>.<suffix>
        var parts = name[DeepStack.Length..].Split('.');
        var kind = parts.Length < 3 ? null : parts[1] switch
        {
            "norm" => VDsNorm,
            "linear_fc1" => VDsFc1,
            "linear_fc2" => VDsFc2,
            _ => null,
        };
        return kind is not null && int.TryParse(parts[0], out var place) && place >= 0 && place < _deepStackLayers.Count
            ? kind.NameOf(_deepStackLayers[place], "." + string.Join('.', parts.Skip(2)))
            : throw new CheckpointException(
                $"Cannot convert the tensor '{name}': deepstack_visual_indexes of config.json has no such place, or it is no known part.");
    }

    private static string MergerName(string name)
    {
        var (part, tail) = name[Merger.Length..].Split('.', 2) is [var head, var rest] ? (head, rest) : ("", "");
        return part switch
        {
            "linear_fc1" => VMmproj.NameOf(0, $".{tail}"),
            "linear_fc2" => VMmproj.NameOf(2, $".{tail}"),
            "norm" => VPostNorm.NameOf(null, $".{tail}"),
            _ => throw new CheckpointException($"Cannot convert the tensor '{name}': it is no known part of the merger."),
        };
    }
}
