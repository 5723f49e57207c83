using System.Collections.Immutable;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Estimation.Engines;

/// <summary>How an engine drafts tokens, as far as memory depends on it (common_params_speculative of llama.cpp v0.5.0).</summary>
internal sealed record SpeculativeDecoding
{
    private const string None = "none";
    private const int CachedTokens = 8;

    /// <summary>How <c>--spec-type</c> names what <c>--spec-default</c> stands for.</summary>
    public const string Default = "ngram-mod";

    /// <summary>The kinds of drafters.</summary>
    public static ImmutableArray<string> Names { get; } =
    [
        None, DraftTypes.Simple, DraftTypes.Eagle3, DraftTypes.Prediction, DraftTypes.DFlash, DraftTypes.DSpark, "ngram-simple", "ngram-map-k", "ngram-map-k4v", Default, "ngram-cache",
    ];

    /// <summary>The kinds that are used; empty if nobody says.</summary>
    public ImmutableArray<string> Types { get; init; } = [];

    /// <summary>The most tokens of a draft by a model (<c>--spec-draft-n-max</c>).</summary>
    public int DraftTokens { get; init; } = 3;

    /// <summary>The most tokens of a draft by what was said before, for kinds where that was given.</summary>
    public ImmutableDictionary<string, int> RepeatedTokens { get; init; } = ImmutableDictionary<string, int>.Empty;

    /// <summary>Whether drafts come of layers for further tokens.</summary>
    public bool UsesPrediction => Types.Contains(DraftTypes.Prediction);

    /// <summary>Snapshots of recurrent states to go back to (need_n_rs_seq).</summary>
    public int Snapshots => Types.Any(type => type is DraftTypes.Prediction or DraftTypes.Eagle3 or DraftTypes.DFlash or DraftTypes.DSpark) ? DraftTokens : 0;

    /// <summary>The most tokens of any draft (common_speculative_n_max).</summary>
    public int MostTokens => Types.Select(TokensOf).DefaultIfEmpty().Max();

    /// <summary>
    /// What is used beside a draft model: its header may say it (common_speculative_types_from_gguf), unless the arguments do. An ordinary one is then loaded, and
    /// nobody drafts with it.
    /// </summary>
    public SpeculativeDecoding With(ModelHeader drafter) =>
        Types.All(type => type == None) && DraftTypes.Infer(drafter) is { } type ? this with { Types = [type] } : this;

    private int TokensOf(string type) => type switch
    {
        None => 0,
        "ngram-cache" => CachedTokens,
        Default => RepeatedTokens.GetValueOrDefault(type, 64),
        _ when type.StartsWith("ngram-", StringComparison.Ordinal) => RepeatedTokens.GetValueOrDefault(type, 48),
        _ => DraftTokens,
    };
}
