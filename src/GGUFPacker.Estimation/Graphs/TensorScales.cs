using System.Collections.Frozen;

namespace GGUFPacker.Estimation.Graphs;

/// <summary>
/// Whose graphs multiply with the scales that NVFP4 matrices have in a tensor of their own: llama.cpp loads the scales of all families, but only some pass
/// those of their feed-forward networks on (build_ffn and build_moe_ffn in src/models).
/// </summary>
internal static class TensorScales
{
    private static readonly FrozenSet<string> Dense = new[]
    {
        "bitnet", "cohere2", "cohere2moe", "deepseek32", "dflash", "dots3note", "gemma4", "glm-dsa", "hy_v3", "llama", "mistral3", "nanbeige", "nemotron_h",
        "nemotron_h_moe", "qwen3", "qwen35",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Shared = new[]
    {
        "cohere2moe", "deepseek32", "dots3note", "glm-dsa", "hy_v3", "nemotron_h", "nemotron_h_moe", "qwen35moe", "qwen3next", "qwen4exp",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Selected = new[]
    {
        "cohere2moe", "deepseek32", "dots3note", "gemma4", "glm-dsa", "hy_v3", "llama", "mellum", "mistral3", "nemotron_h", "nemotron_h_moe", "qwen35moe",
        "qwen3moe",
        "qwen3next", "qwen4exp",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether the network's scales are used; <paramref name="isShared"/> is that of a shared expert.</summary>
    public static bool OfFeedForward(string architecture, bool isShared) => (isShared ? Shared : Dense).Contains(architecture);

    /// <summary>Whether the scales of experts are used.</summary>
    public static bool OfExperts(string architecture) => Selected.Contains(architecture);
}
