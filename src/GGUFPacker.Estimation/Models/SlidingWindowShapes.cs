using System.Collections.Frozen;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Estimation.Models;

/// <summary>Which layers see a window only, and how wide it is: by the header's keys and each family's defaults.</summary>
internal static class SlidingWindowShapes
{
    private const string WindowKey = "attention.sliding_window";
    private const string PatternKey = "attention.sliding_window_pattern";

    // Every how many layers one sees all, unless the header says it. Families whose header must list the layers have 0.
    private static readonly FrozenDictionary<string, Rule> Rules = new Dictionary<string, Rule>(StringComparer.Ordinal)
    {
        ["afmoe"] = new(4) { IsOptional = true },
        ["cohere2"] = new(4),
        ["cohere2moe"] = new(4) { FullFirst = true },
        ["dflash"] = new(0) { IsOptional = true },
        ["dots3note"] = new(0),
        ["exaone-moe"] = new(4),
        ["gemma-embedding"] = new(6) { Kind = SlidingWindowKind.Symmetric },
        ["gemma2"] = new(2) { DefaultWindow = 4096 },
        ["gemma3"] = new(6) { IsOptional = true },
        ["gemma3n"] = new(5),
        ["gemma4"] = new(0),
        ["gemma4-assistant"] = new(0),
        ["gpt-oss"] = new(2),
        ["granite_swa"] = new(0),
        ["laguna"] = new(4) { IsOptional = true, FullFirst = true },
        ["maple"] = new(0),
        ["mellum"] = new(4) { IsOptional = true },
        ["mimo2"] = new(0),
        ["modern-bert"] = new(3) { IsOptional = true, FullFirst = true, Kind = SlidingWindowKind.Symmetric },
        ["muse-glimmer"] = new(4),
        ["olmo2"] = new(4) { IsOptional = true },
        ["plamo3"] = new(8) { IsOptional = true },
        ["smallthinker"] = new(4) { IsOptional = true, FullFirst = true, FixedWindow = 4096 },
        ["spark2_5"] = new(0),
        ["step35"] = new(0),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static void Apply(ModelShape shape, HeaderKeys keys)
    {
        switch (shape.Architecture)
        {
            case "llama4" when keys.Find(WindowKey) is null || keys.Get(WindowKey) != 0:
                Set(shape, SlidingWindowKind.Chunked, 8192);
                SetPattern(shape, keys, new Rule(4));
                break;
            case "exaone4" when shape.TrunkLayers == 64:
                Set(shape, SlidingWindowKind.Standard, keys.Get(WindowKey, 4096));
                SetPattern(shape, keys, new Rule(4));
                break;
            case "lfm2" when keys.Get(WindowKey) > 0:
                Set(shape, SlidingWindowKind.Standard, keys.Get(WindowKey));
                for (var layer = 0; layer < shape.TrunkLayers; layer++)
                {
                    shape.SlidingWindowLayers[layer] = !shape.RecurrentLayers[layer];
                }

                break;
            case "deepseek4":
            case "dflash" when keys.Get("hyper_connection.count") > 0:
                Set(shape, SlidingWindowKind.Standard, keys.Require(WindowKey));
                Array.Fill(shape.SlidingWindowLayers, true);
                break;
            default:
                if (Rules.TryGetValue(shape.Architecture, out var rule))
                {
                    ApplyRule(shape, keys, rule);
                }

                break;
        }
    }

    private static void ApplyRule(ModelShape shape, HeaderKeys keys, Rule rule)
    {
        var window = rule.IsOptional ? keys.Get(WindowKey) : rule.DefaultWindow > 0 ? keys.Get(WindowKey, rule.DefaultWindow) : keys.Require(WindowKey);
        if (rule.IsOptional && window <= 0)
        {
            return;
        }

        Set(shape, rule.Kind, rule.FixedWindow > 0 ? rule.FixedWindow : window);
        SetPattern(shape, keys, rule);
    }

    private static void Set(ModelShape shape, SlidingWindowKind kind, int window) => (shape.SlidingWindowKind, shape.SlidingWindow) = (kind, window);

    /// <summary>The layers that the header lists, or every layer but each n-th (load_swa_pattern, set_swa_pattern).</summary>
    private static void SetPattern(ModelShape shape, HeaderKeys keys, Rule rule)
    {
        if (keys.Find(PatternKey) is { Type: GgufValueType.Array })
        {
            keys.Fill(PatternKey, shape.SlidingWindowLayers);
            return;
        }

        if (rule.Period == 0)
        {
            throw new EstimateException($"The model's header has no list {shape.Architecture}.{PatternKey}.");
        }

        var period = keys.Get(PatternKey, rule.Period);
        for (var layer = 0; layer < shape.TrunkLayers; layer++)
        {
            shape.SlidingWindowLayers[layer] = period == 0 || (rule.FullFirst ? layer % period != 0 : layer % period < period - 1);
        }
    }

    private sealed record Rule(int Period)
    {
        public SlidingWindowKind Kind { get; init; } = SlidingWindowKind.Standard;

        /// <summary>Whether the first of each period sees all, rather than the last.</summary>
        public bool FullFirst { get; init; }

        /// <summary>Whether the model has no windows at all if the header names none.</summary>
        public bool IsOptional { get; init; }

        public int DefaultWindow { get; init; }

        /// <summary>A width that counts whatever the header says.</summary>
        public int FixedWindow { get; init; }
    }
}
