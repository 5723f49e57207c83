using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>OLMo 2 and 3: norms of whole queries and keys, norms after each part; OLMo 3 has layers with a sliding window.</summary>
[Family("OLMo 2 and 3", "Olmo2ForCausalLM", "Olmo3ForCausalLM", Special = "sliding window pattern")]
internal sealed class Olmo2(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("olmo2",
    [
        TokenEmbd, Output, OutputNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, PostAttentionNorm, PostFfwNorm, FfnUp, FfnGate, FfnDown, AttnQNorm,
        AttnKNorm,
    ]);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        if (Config.Contains("sliding_window"))
        {
            writer.Count("attention.sliding_window", Config.RequireInteger("sliding_window"), "sliding_window");
            writer.Flags("attention.sliding_window_pattern", Config.Contains("layer_types")
                ? Config.Texts("layer_types").Select(type => type == "sliding_attention")
                : Enumerable.Range(1, checked((int)LayerCount)).Select(number => number % 4 != 0));
        }
    }
}
