using System.Collections.Frozen;
using GGUFPacker.Estimation.Graphs.Families;

namespace GGUFPacker.Estimation.Graphs;

/// <summary>The architectures whose graphs are known, by llama.cpp's names.</summary>
internal static class GraphTemplates
{
    private static readonly FrozenDictionary<string, Action<ModelGraph>> ByArchitecture = new Dictionary<string, Action<ModelGraph>>
    {
        ["gemma"] = Gemma.Build,
        ["gemma2"] = Gemma.Build2,
        ["gemma3"] = Gemma.Build3,
        ["llama"] = Llama.Build,
        ["qwen2"] = Qwen2.Build,
        ["qwen3"] = Qwen3.Build,
        ["qwen3moe"] = Qwen3.BuildExperts,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What builds an architecture's graph; null if that is not known.</summary>
    public static Action<ModelGraph>? Find(string architecture) => ByArchitecture.GetValueOrDefault(architecture);
}
