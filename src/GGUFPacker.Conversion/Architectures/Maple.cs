using GGUFPacker.Conversion.Checkpoints;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Maple: layers with a sliding window, clamped experts.</summary>
[Family("Maple", "MapleForCausalLM", Special = "experts stacked, sliding window")]
internal sealed class Maple(ArchitectureContext context) : Qwen2Moe(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("maple",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnGateInp, FfnUpExps, FfnGateExps, FfnDownExps,
        AttnQNorm, AttnKNorm,
    ]);

    /// <inheritdoc/>
    protected override void WriteExperts(ParameterWriter writer)
    {
        if (Config.Find("hidden_act")?.Text != "silu" || Config.Integer("num_shared_experts") is not (null or 0)
            || (Config.Contains("norm_topk_prob") && !Config.IsTrue("norm_topk_prob")) || !Config.IsTrue("nope_on_global_attention"))
        {
            throw CheckpointException.NotSupported(
                "a Maple of this kind (hidden_act, num_shared_experts, norm_topk_prob or nope_on_global_attention)", "It is not Maple's own.");
        }

        var headDim = Config.Contains("head_dim") ? Config.RequireInteger("head_dim") : RopeHead.Shared(Config);
        writer.Count("vocab_size", Config.Require("vocab_size"));
        writer.Count("rope.dimension_count", (long)(headDim * (Rope.Outer.Number("partial_rotary_factor") ?? 1)), "head_dim");
        writer.Count("attention.sliding_window", Config.Require("sliding_window"));
        _ = Config.Require("layer_types");
        writer.Flags("attention.sliding_window_pattern", Config.Texts("layer_types").Select(type => type == "sliding_attention"));
        writer.Count("expert_feed_forward_length", Config.Require("moe_intermediate_size"));
        writer.Reals("swiglu_clamp_exp", Enumerable.Repeat(7f, checked((int)LayerCount)));
    }
}
