using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers.Pipeline;

namespace GGUFPacker.Conversion.Tokenizers.Detection;

/// <summary>
/// Finds the name under which llama.cpp splits text as a tokenizer.json does. Tokenizers that llama.cpp knows are recognized as it recognizes them, by the
/// ids of a test text; small and fine-tuned ones are not, so theirs comes from how they say that text is split.
/// </summary>
internal static class PreTokenizerDetector
{
    // llama.cpp splits text for a WordPiece in one way, whatever the name.
    private const string WordPieceName = "bert-bge";

    /// <summary>Finds the name.</summary>
    /// <param name="tokenizer">The tokenizer, a BPE or a WordPiece.</param>
    /// <param name="configuration">The model's config.json; undefined without one.</param>
    /// <exception cref="CheckpointException">No name fits, or several that behave differently; the message lists candidates.</exception>
    public static PreTokenizerDetection Detect(AutoTokenizer tokenizer, JsonElement configuration)
    {
        if (FindByHash(tokenizer) is { } known)
        {
            return new PreTokenizerDetection(known, PreTokenizerSource.Hash);
        }

        if (tokenizer.Definition.ModelType == "WordPiece")
        {
            return new PreTokenizerDetection(WordPieceName, PreTokenizerSource.Structure);
        }

        var steps = tokenizer.Definition.PreTokenizers;
        if (!IsByteLevel(tokenizer.Definition))
        {
            throw Unknown("it does not work on bytes", ["gemma4", "sarvam-moe"]);
        }

        SplitSample sample;
        try
        {
            sample = SplitSample.Take(steps).SplitAll();
        }
        catch (TokenizerStepException exception)
        {
            throw Unknown($"its pre-tokenizer is not known: {exception.Message}", []);
        }

        var families = Match(steps, sample);
        if (families.Count != 1)
        {
            throw families.Count == 0
                ? Unknown("it splits text in its own way", Nearest(sample))
                : Unknown("several pre-tokenizers of llama.cpp split text as it does", families.Select(family => family.Names[0]));
        }

        var name = families[0].Choose(Hints(tokenizer.Definition, configuration), tokenizer.Definition.IgnoreMerges);
        return new PreTokenizerDetection(
            name,
            PreTokenizerSource.Structure,
            $"The pre-tokenizer is '{name}', found by how tokenizer.json splits text: llama.cpp does not know this tokenizer. --pre-tokenizer names another.");
    }

    /// <summary>Whether a tokenizer works on bytes.</summary>
    public static bool IsByteLevel(TokenizerJson definition) =>
        definition.PreTokenizers.Concat(definition.Normalizers).Any(step => step.Type == "ByteLevel") || definition.DecoderType == "ByteLevel";

    private static string? FindByHash(AutoTokenizer tokenizer)
    {
        try
        {
            var ids = new TextEncoder(tokenizer).Encode(TokenizerTestText.Text, addSpecialTokens: true);
            return PreTokenizerCatalog.Instance.Hashes.GetValueOrDefault(TokenizerTestText.Hash(ids));
        }
        catch (TokenizerStepException)
        {
            // What cannot be carried out here is no tokenizer of the table.
            return null;
        }
    }

    // How published tokenizers say it comes first: for some, llama.cpp's own patterns are only close.
    private static List<PreTokenizerFamily> Match(ImmutableArray<TokenizerStep> steps, SplitSample sample)
    {
        var families = PreTokenizerCatalog.Instance.Families;
        var matches = families.Where(family => family.StructureSamples.Any(sample.IsLike)).ToList();
        if (matches.Count == 0)
        {
            matches = [.. families.Where(family => family.PatternSample?.IsLike(sample) == true)];
        }

        if (matches.Count == 0 && PatternParts.Of(steps) is { } parts)
        {
            matches = [.. families.Where(family => family.Structures.Any(structure => PatternParts.Of(structure) is { } other && other.SequenceEqual(parts)))];
        }

        return matches;
    }

    private static IEnumerable<string> Nearest(SplitSample sample) => PreTokenizerCatalog.Instance.Families
        .OrderByDescending(family => family.PatternSample?.Similarity(sample) ?? 0)
        .Take(3)
        .Select(family => family.Names[0]);

    private static IEnumerable<string> Hints(TokenizerJson definition, JsonElement configuration)
    {
        if (configuration.Text("model_type") is { } modelType)
        {
            yield return $"modelType:{modelType}";
        }

        foreach (var step in definition.PostProcessors)
        {
            yield return $"postProcessor:{step.Type}";
        }
    }

    private static CheckpointException Unknown(string reason, IEnumerable<string> candidates)
    {
        var names = string.Join(", ", candidates);
        return new CheckpointException(
            $"The pre-tokenizer of {TokenizerJsonReader.FileName} is not one that llama.cpp is known to have: {reason}. "
            + (names.Length > 0 ? $"Candidates: {names}. " : "")
            + "Name the right one with --pre-tokenizer NAME.");
    }
}
