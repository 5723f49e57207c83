using System.Text.Json;
using GGUFPacker.Conversion.Architectures;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Conversion.Projectors;

/// <summary>InternVL and Intern-S1: InternViT, whose query, key and value are taken apart.</summary>
[Projector("InternVL", "InternVisionModel")]
internal sealed class InternVlProjector : Projector
{
    private const string LayerNorm = "model.multi_modal_projector.layer_norm.";
    private const string FirstLayer = "model.multi_modal_projector.linear_1.";
    private const string SecondLayer = "model.multi_modal_projector.linear_2.";

    private static readonly string[] Prefixes = ["vision_model", "mlp", "model.vision_tower", "model.multi_modal_projector"];

    /// <summary>Creates the converter of a checkpoint.</summary>
    public InternVlProjector(ProjectorContext context)
        : base(context)
    {
        // Sizes may be given for height and width.
        Vision = Vision?.With(new[] { "image_size", "patch_size" }
            .Where(key => Vision[key] is { ValueKind: JsonValueKind.Array } sizes && sizes.GetArrayLength() > 0)
            .Select(key => KeyValuePair.Create(key, Vision[key]!.Value[0])));
    }

    /// <inheritdoc/>
    public override string? Select(string name)
    {
        if (!Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            return null;
        }

        name = name switch
        {
            LayerNorm + "bias" or LayerNorm + "weight" => "mlp1.0." + name[LayerNorm.Length..],
            FirstLayer + "bias" or FirstLayer + "weight" => "mlp1.1." + name[FirstLayer.Length..],
            SecondLayer + "bias" or SecondLayer + "weight" => "mlp1.3." + name[SecondLayer.Length..],
            _ => name,
        };
        if (name.StartsWith("vision_model", StringComparison.Ordinal))
        {
            name = "vision_tower." + name;
        }

        var isBare = name.Contains(".ls", StringComparison.Ordinal) || name.Contains(".lambda_", StringComparison.Ordinal)
            || name.Contains("position_embedding", StringComparison.Ordinal);
        return base.Select(isBare && !name.EndsWith(".weight", StringComparison.Ordinal) ? name + ".weight" : name);
    }

    /// <inheritdoc/>
    public override TensorType? ForcedType(string name, string ggufName, int dimensions) =>
        ggufName.Contains(".position_embd.", StringComparison.Ordinal) ? TensorType.F32 : base.ForcedType(name, ggufName, dimensions);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => tensor.Contains(".qkv.")
        ? MapAll(SplitInThree(tensor, "attn.qkv", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"))
        : Map(tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Text("projector_type", "internvl");
        writer.Real("vision.attention.layer_norm_epsilon", Main.Require("layer_norm_eps"));
        WriteActivation(writer);
        var ratio = Config.Require("downsample_ratio")?.Number ?? 0;
        if (!(ratio > 0))
        {
            throw new CheckpointException("Cannot convert: 'downsample_ratio' of config.json must be greater than 0.");
        }

        writer.Count("vision.projector.scale_factor", (long)(1.0 / ratio), "downsample_ratio");
        WriteTiles("vision.preproc_min_tiles", "min_dynamic_patch");
        WriteTiles("vision.preproc_max_tiles", "max_dynamic_patch");

        void WriteTiles(string key, string source)
        {
            if (Config.Find(source)?.Integer is > 0 and var tiles)
            {
                writer.Count(key, tiles, source);
            }
        }
    }
}
