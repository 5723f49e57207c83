using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers.Detection;

/// <summary>The names of tokenizer.ggml.pre under which llama.cpp splits text in the same way.</summary>
internal sealed class PreTokenizerFamily
{
    private readonly Lazy<ImmutableArray<SplitSample>> _structureSamples;
    private readonly Lazy<SplitSample?> _patternSample;

    private PreTokenizerFamily()
    {
        _structureSamples = new(() => [.. Structures.Select(SplitSample.Take)]);
        _patternSample = new(() => Patterns.IsEmpty ? null : SplitSample.Take(Patterns));
    }

    /// <summary>The names; the first is the one to use where nothing else decides.</summary>
    public required ImmutableArray<string> Names { get; init; }

    /// <summary>Those under which llama.cpp takes words that are in the vocabulary whole (ignore_merges).</summary>
    public required ImmutableArray<string> WholeWordNames { get; init; }

    /// <summary>The patterns that llama.cpp splits by, one after the other; empty where it splits in another way.</summary>
    public required ImmutableArray<string> Patterns { get; init; }

    /// <summary>How the published tokenizers of this family say it in tokenizer.json, where that is not just the patterns.</summary>
    public required ImmutableArray<ImmutableArray<TokenizerStep>> Structures { get; init; }

    /// <summary>Names by what else a checkpoint shows: "modelType:…" of config.json, "postProcessor:…" of tokenizer.json.</summary>
    public required ImmutableDictionary<string, string> Hints { get; init; }

    /// <summary>How the published tokenizers split the sample.</summary>
    public ImmutableArray<SplitSample> StructureSamples => _structureSamples.Value;

    /// <summary>How llama.cpp's patterns split the sample; null where it has none.</summary>
    public SplitSample? PatternSample => _patternSample.Value;

    /// <summary>Reads a family of the catalog.</summary>
    public static PreTokenizerFamily Read(JsonElement element) => new()
    {
        Names = Strings(element, "names"),
        WholeWordNames = Strings(element, "wholeWords"),
        Patterns = Strings(element, "patterns"),
        Structures =
        [
            .. element.Elements("structures").Select(structure => structure.EnumerateArray()
                .Select(step => new TokenizerStep(step.Text("type")!, step.Clone())).ToImmutableArray()),
        ],
        Hints = element.Members("hints").ToImmutableDictionary(member => member.UnescapedName(), member => member.Value.Unescape(), StringComparer.Ordinal),
    };

    /// <summary>The name that fits a checkpoint best.</summary>
    /// <param name="hints">What the checkpoint shows, in the form of <see cref="Hints"/>.</param>
    /// <param name="wholeWords">Whether its tokenizer takes known words whole.</param>
    public string Choose(IEnumerable<string> hints, bool wholeWords) =>
        hints.Select(hint => Hints.GetValueOrDefault(hint)).FirstOrDefault(name => name is not null)
        ?? Names.FirstOrDefault(name => WholeWordNames.Contains(name) == wholeWords)
        ?? Names[0];

    private static ImmutableArray<string> Strings(JsonElement element, string name) => [.. element.Elements(name).Select(item => item.Unescape())];
}
