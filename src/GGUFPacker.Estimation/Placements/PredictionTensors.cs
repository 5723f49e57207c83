using System.Collections.Frozen;
using GGUFPacker.Estimation.Graphs;
using GGUFPacker.Estimation.Models;

namespace GGUFPacker.Estimation.Placements;

/// <summary>
/// What of the layers that predict further tokens is loaded although they are skipped: tensors that load_arch_tensors of some families makes without the flag
/// for it. They take memory and are not used.
/// </summary>
internal static class PredictionTensors
{
    private static readonly FrozenDictionary<string, string[]> Loaded = new Dictionary<string, string[]>
    {
        ["cohere2moe"] = ["nextn.embed_tokens", "nextn.shared_head_"],
        ["deepseek32"] = ["exp_probs_b"],
        ["glm-dsa"] = ["exp_probs_b"],
        ["hy_v3"] = ["exp_probs_b", "ffn_down", "ffn_gate", "ffn_up", "nextn.embed_tokens", "nextn.shared_head_"],
        ["step35"] =
        [
            "attn_gate", "attn_k_norm", "attn_q_norm", "exp_probs_b", "ffn_down", "ffn_gate", "ffn_up", "nextn.embed_tokens", "nextn.shared_head_",
        ],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Whether these layers are loaded as a whole if the engine is to draft with them; other loaders leave them in the file even then.</summary>
    public static bool AreLoadedOnDemand(string architecture) => GraphTemplates.FindPrediction(architecture) is not null || architecture == "nemotron_h";

    /// <summary>Whether a tensor of such a layer, <c>blk.N.…</c>, is loaded all the same.</summary>
    public static bool IsLoaded(string name, string architecture)
    {
        if (!Loaded.TryGetValue(architecture, out var stems))
        {
            return false;
        }

        var rest = name.AsSpan(name.IndexOf('.', name.IndexOf('.', StringComparison.Ordinal) + 1) + 1);
        foreach (var stem in stems)
        {
            if (rest.StartsWith(stem, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>How many of the first layers have a copy of what all layers share, such as factors of rotations, on their device.</summary>
    public static int LayersWithShared(ModelShape shape) => shape.Architecture == "step35" || shape.TrunkLayers == 0 ? shape.Layers : shape.TrunkLayers;
}
