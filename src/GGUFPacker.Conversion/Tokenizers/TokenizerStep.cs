using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>One step of a tokenizer.json's normalizer, pre_tokenizer, post_processor or decoder.</summary>
/// <param name="Type">The step's type, such as "Split".</param>
/// <param name="Fields">Its JSON object.</param>
internal sealed record TokenizerStep(string Type, JsonElement Fields)
{
    /// <summary>The step with another value of one field.</summary>
    public TokenizerStep With(string field, bool value)
    {
        var fields = JsonObject.Create(Fields)!;
        fields[field] = value;
        using var document = JsonDocument.Parse(fields.ToJsonString());
        return this with { Fields = document.RootElement.Clone() };
    }

    /// <summary>
    /// The steps of one of a tokenizer.json's four parts. Sequences, also nested ones, become their members: they do nothing but apply them in order.
    /// </summary>
    /// <param name="tokenizer">The file's root.</param>
    /// <param name="part">The part's name.</param>
    /// <param name="members">The name of a sequence's member list in this part.</param>
    public static ImmutableArray<TokenizerStep> ReadAll(JsonElement tokenizer, string part, string members)
    {
        var steps = ImmutableArray.CreateBuilder<TokenizerStep>();
        if (tokenizer.Property(part) is { } root)
        {
            Add(root);
        }

        return steps.ToImmutable();

        void Add(JsonElement element)
        {
            var type = element.Text("type") ?? throw new CheckpointException($"tokenizer.json: a step of its {part} has no type.");
            if (type == "Sequence")
            {
                foreach (var member in element.Elements(members))
                {
                    Add(member);
                }
            }
            else
            {
                steps.Add(new TokenizerStep(type, element.Clone()));
            }
        }
    }
}
