using System.Text.Json;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Mellum 2: layers with a sliding window.</summary>
[Family("Mellum 2", "MellumForCausalLM", Special = "experts stacked")]
internal sealed class Mellum(ArchitectureContext context) : Qwen2Moe(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("mellum",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnGateInp, FfnUpExps, FfnGateExps, FfnDownExps,
        AttnQNorm, AttnKNorm,
    ]);

    /// <inheritdoc/>
    protected override void WriteExperts(ParameterWriter writer)
    {
        writer.Count("expert_feed_forward_length", Config.Find("moe_intermediate_size"));
        if (Config["use_sliding_window"]?.ValueKind is null or JsonValueKind.True && Config.Find("sliding_window") is { } window)
        {
            writer.Count("attention.sliding_window", window);
            _ = Config.Require("layer_types");
            writer.Flags("attention.sliding_window_pattern", Config.Texts("layer_types").Select(type => type == "sliding_attention"));
        }
    }
}
