using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>One step of a tokenizer.json's normalizer, pre_tokenizer, post_processor or decoder.</summary>
/// <param name="Type">The step's type, such as "Split".</param>
/// <param name="Fields">Its JSON object.</param>
internal sealed record TokenizerStep(string Type, JsonElement Fields)
{
    /// <summary>The most steps of a part; known tokenizers have up to ten.</summary>
    private const int MaximumSteps = 64;

    /// <summary>The step with another value of one field.</summary>
    public TokenizerStep With(string field, bool value) => Rewrite(field, writer => writer.WriteBoolean(field, value));

    /// <summary>The step without a field.</summary>
    public TokenizerStep Without(string field) => Rewrite(field, _ => { });

    /// <summary>A step from its JSON text.</summary>
    public static TokenizerStep Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return new TokenizerStep(document.RootElement.Text("type")!, document.RootElement.Clone());
    }

    /// <summary>
    /// The steps of one of a tokenizer.json's four parts. Sequences, also nested ones, become their members: they do nothing but apply them in order.
    /// </summary>
    /// <param name="root">The part; undefined or null for no steps.</param>
    /// <param name="part">Its name.</param>
    /// <param name="members">The name of a sequence's member list in this part.</param>
    public static ImmutableArray<TokenizerStep> ReadAll(JsonElement root, string part, string members)
    {
        var steps = ImmutableArray.CreateBuilder<TokenizerStep>();
        if (root.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null))
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
                if (steps.Count == MaximumSteps)
                {
                    throw new CheckpointException($"tokenizer.json: its {part} has more than {MaximumSteps} steps.");
                }

                steps.Add(new TokenizerStep(type, element.Clone()));
            }
        }
    }

    // Not as a JsonObject, which cannot hold a member that a file has twice.
    private TokenizerStep Rewrite(string field, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var member in Fields.EnumerateObject().Where(member => !member.NameEquals(field)))
            {
                member.WriteTo(writer);
            }

            write(writer);
            writer.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return this with { Fields = document.RootElement.Clone() };
    }
}
