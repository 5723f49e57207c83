using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>The text part of Qwen3-VL: Qwen3 that takes features of several layers of the vision part.</summary>
[Family("Qwen3-VL", "Qwen3VLForConditionalGeneration", Special = "text part only; number of deepstack layers")]
internal class Qwen3VL(ArchitectureContext context) : Qwen3(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("qwen3vl",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnUp, FfnGate, FfnDown, AttnQNorm, AttnKNorm,
        RopeFreqs,
    ]);

    /// <summary>The number of layers of the vision part whose features the text part takes.</summary>
    public static long DeepstackLayers(ModelConfig config)
    {
        var root = config.Contains("thinker_config") ? config["thinker_config"] : null;
        var vision = root is { } thinker ? thinker.Property("vision_config") : config["vision_config"];
        return vision?.Property("deepstack_visual_indexes") is { ValueKind: JsonValueKind.Array } indexes ? indexes.GetArrayLength() : 0;
    }

    /// <summary>The number of layers of the vision part whose features the text part takes.</summary>
    protected virtual long DeepstackLayerCount => DeepstackLayers(Config);

    /// <inheritdoc/>
    public override string? Select(string name) => base.Select(name.Replace("thinker.", "", StringComparison.Ordinal));

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("n_deepstack_layers", DeepstackLayerCount, "deepstack_visual_indexes");
    }
}
