using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers.Pipeline;

/// <summary>The post-processor of a tokenizer.json, for single texts: it puts special tokens around the ids.</summary>
internal sealed class TextPostProcessor
{
    private readonly ImmutableArray<Func<List<int>, List<int>>> _steps;

    /// <summary>Creates the post-processor.</summary>
    /// <exception cref="TokenizerStepException">A step is of an unknown type or not complete.</exception>
    public TextPostProcessor(AutoTokenizer tokenizer) => _steps = tokenizer.ClassTemplate is { } template
        ? [ids => [.. template.Before, .. ids, .. template.After]]
        : [.. tokenizer.Definition.PostProcessors.Select(Create)];

    /// <summary>Adds the special tokens.</summary>
    public List<int> Process(List<int> ids) => _steps.Aggregate(ids, (current, step) => step(current));

    private static Func<List<int>, List<int>> Create(TokenizerStep step)
    {
        switch (step.Type)
        {
            case "ByteLevel":
                return ids => ids;
            case "RobertaProcessing" or "BertProcessing":
                var (cls, sep) = (ReadPair(step, "cls"), ReadPair(step, "sep"));
                return ids => [cls, .. ids, sep];
            case "TemplateProcessing":
                return CreateTemplate(step);
            default:
                throw new TokenizerStepException($"The post-processor '{step.Type}' is not known.");
        }
    }

    private static Func<List<int>, List<int>> CreateTemplate(TokenizerStep step)
    {
        var special = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        foreach (var member in step.Fields.Members("special_tokens"))
        {
            special[member.UnescapedName()] = [.. member.Value.Elements("ids").Select(ReadId)];
        }

        // Null stands for the text.
        var parts = step.Fields.Elements("single").Select(part => part.Property("SpecialToken")?.Text("id") is { } name
            ? special.GetValueOrDefault(name) ?? throw new TokenizerStepException($"The template's token '{name}' has no ids.")
            : null).ToImmutableArray();
        return ids => [.. parts.SelectMany(part => part ?? ids)];
    }

    // ["</s>", 2]
    private static int ReadPair(TokenizerStep step, string name) =>
        step.Fields.Property(name) is { ValueKind: JsonValueKind.Array } pair && pair.GetArrayLength() == 2
            ? ReadId(pair[1])
            : throw new TokenizerStepException($"{step.Type} has no {name}.");

    private static int ReadId(JsonElement element) => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var id)
        ? id
        : throw new TokenizerStepException($"{element.GetRawText()} is no token id.");
}
