using System.Collections.Immutable;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>What stands beside a vocabulary's tokens: merges, special token ids, which of them a text gets, chat templates, normalizer flags.</summary>
internal sealed record SpecialVocabulary
{
    /// <summary>The merges; none where the kind of vocabulary has none.</summary>
    public required MergeList Merges { get; init; }

    /// <summary>The ids of special tokens by type ("bos"), in the order they are written.</summary>
    public required ImmutableArray<KeyValuePair<string, uint>> TokenIds { get; init; }

    /// <summary>Whether a text gets a special token, by type, in the order they are written.</summary>
    public required ImmutableArray<KeyValuePair<string, bool>> Additions { get; init; }

    /// <summary>The chat templates by name; the one named "default" is the model's.</summary>
    public required ImmutableArray<KeyValuePair<string, string>> ChatTemplates { get; init; }

    /// <summary>Whether text is lowered in case; null if the files do not say.</summary>
    public bool? Lowercase { get; init; }

    /// <summary>Whether accents are stripped; null if the files do not say.</summary>
    public bool? StripAccents { get; init; }

    /// <summary>Whether a type has an id.</summary>
    public bool HasId(string type) => TokenIds.Any(entry => entry.Key == type);

    /// <summary>With an id for a type that has none yet.</summary>
    public SpecialVocabulary WithId(string type, uint id) => HasId(type) ? this : this with { TokenIds = TokenIds.Add(new(type, id)) };

    /// <summary>With an id for a type, in the place of the one it has.</summary>
    public SpecialVocabulary WithReplacedId(string type, uint id) => HasId(type)
        ? this with { TokenIds = [.. TokenIds.Select(entry => entry.Key == type ? new KeyValuePair<string, uint>(type, id) : entry)] }
        : WithId(type, id);

    /// <summary>Sets the keys. Types that have none (cls, CodeLlama's prefix) are left out, and so are empty texts and lists.</summary>
    public void WriteTo(GgufMetadata.Builder builder)
    {
        if (Merges.Count > 0)
        {
            builder.Set("tokenizer.ggml.merges", GgufValue.OfStrings(Merges.ToGguf()));
        }

        foreach (var (type, id) in TokenIds)
        {
            if (IdKey(type) is { } key)
            {
                builder.Set(key, GgufValue.Of(id));
            }
        }

        foreach (var (type, value) in Additions)
        {
            if (type is "bos" or "eos" or "sep")
            {
                builder.Set($"tokenizer.ggml.add_{type}_token", GgufValue.Of(value));
            }
        }

        WriteChatTemplates(builder);
        if (Lowercase is { } lowercase)
        {
            builder.Set("tokenizer.ggml.normalizer.lowercase", GgufValue.Of(lowercase));
        }

        if (StripAccents is { } stripAccents)
        {
            builder.Set("tokenizer.ggml.normalizer.strip_accents", GgufValue.Of(stripAccents));
        }
    }

    /// <summary>The key of a type's id; null for types without one. "seperator" is the key's spelling.</summary>
    public static string? IdKey(string type) => type switch
    {
        "bos" or "eos" or "mask" or "eot" or "eom" => $"tokenizer.ggml.{type}_token_id",
        "unk" => "tokenizer.ggml.unknown_token_id",
        "sep" => "tokenizer.ggml.seperator_token_id",
        "pad" => "tokenizer.ggml.padding_token_id",
        _ => null,
    };

    private void WriteChatTemplates(GgufMetadata.Builder builder)
    {
        var names = new List<string>();
        string? main = null;
        foreach (var (name, template) in ChatTemplates)
        {
            var key = new string([.. name.Select(character => char.IsAsciiLetterOrDigit(character) ? character : '_')]);
            if (key == "default")
            {
                main = template;
            }
            else if (key.Length > 0)
            {
                if (!names.Contains(key))
                {
                    names.Add(key);
                }

                SetText(builder, $"tokenizer.chat_template.{key}", template);
            }
        }

        // llama.cpp's converter writes the names in the order of a hash set, which changes from run to run; here it is the files' order.
        if (names.Count > 0)
        {
            builder.Set("tokenizer.chat_templates", GgufValue.OfStrings(names));
        }

        if (main is not null)
        {
            SetText(builder, "tokenizer.chat_template", main);
        }
    }

    private static void SetText(GgufMetadata.Builder builder, string key, string text)
    {
        if (text.Length > 0)
        {
            builder.Set(key, GgufValue.Of(text));
        }
    }
}
