using System.Collections.Immutable;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Estimation.Engines;

/// <summary>How an engine drafts tokens, as far as memory depends on it (common_params_speculative of llama.cpp v0.5.0).</summary>
internal sealed record SpeculativeDecoding
{
    /// <summary>What drafts with the layers for further tokens of the model, or of a draft model.</summary>
    private const string Prediction = "draft-mtp";

    private const string Simple = "draft-simple";
    private const string None = "none";
    private const int CachedTokens = 8;

    /// <summary>How <c>--spec-type</c> names what <c>--spec-default</c> stands for.</summary>
    public const string Default = "ngram-mod";

    /// <summary>The kinds of drafters.</summary>
    public static ImmutableArray<string> Names { get; } =
    [
        None, Simple, "draft-eagle3", Prediction, "draft-dflash", "draft-dspark", "ngram-simple", "ngram-map-k", "ngram-map-k4v", Default, "ngram-cache",
    ];

    /// <summary>The kinds that are used; empty if nobody says.</summary>
    public ImmutableArray<string> Types { get; init; } = [];

    /// <summary>The most tokens of a draft by a model (<c>--spec-draft-n-max</c>).</summary>
    public int DraftTokens { get; init; } = 3;

    /// <summary>The most tokens of a draft by what was said before, for kinds where that was given.</summary>
    public ImmutableDictionary<string, int> RepeatedTokens { get; init; } = ImmutableDictionary<string, int>.Empty;

    /// <summary>Whether drafts come of layers for further tokens.</summary>
    public bool UsesPrediction => Types.Contains(Prediction);

    /// <summary>Snapshots of recurrent states to go back to (need_n_rs_seq).</summary>
    public int Snapshots => Types.Any(type => type is Prediction or "draft-eagle3" or "draft-dflash" or "draft-dspark") ? DraftTokens : 0;

    /// <summary>The most tokens of any draft (common_speculative_n_max).</summary>
    public int MostTokens => Types.Select(TokensOf).DefaultIfEmpty().Max();

    /// <summary>What is used beside a draft model: its header says it (common_speculative_types_from_gguf), unless the arguments do.</summary>
    public SpeculativeDecoding With(ModelHeader drafter)
    {
        if (Types.Any(type => type != None))
        {
            return this;
        }

        var architecture = drafter.Metadata.GetString("general.architecture");
        var predicts = drafter.Metadata.GetInteger($"{architecture}.block_count") is { } blocks
            && drafter.Tensors.Any(tensor => tensor.Name == $"blk.{blocks - 1}.nextn.eh_proj.weight");
        var type = architecture == "dflash" ? "draft-dflash" : predicts ? Prediction : Simple;
        return this with { Types = [type] };
    }

    private int TokensOf(string type) => type switch
    {
        None => 0,
        "ngram-cache" => CachedTokens,
        Default => RepeatedTokens.GetValueOrDefault(type, 64),
        _ when type.StartsWith("ngram-", StringComparison.Ordinal) => RepeatedTokens.GetValueOrDefault(type, 48),
        _ => DraftTokens,
    };
}
