using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>What architectures write beside a vocabulary's own keys.</summary>
internal static class TokenizerRules
{
    /// <summary>Whether text gets a space before it.</summary>
    public static TokenizerRule AddSpacePrefix(bool value) => draft => draft.Keys.Set("tokenizer.ggml.add_space_prefix", GgufValue.Of(value));

    /// <summary>Whether a text gets a special token ("bos").</summary>
    public static TokenizerRule Add(string type, bool value) => draft => draft.Keys.Set($"tokenizer.ggml.add_{type}_token", GgufValue.Of(value));

    /// <summary>The id of a special token ("bos"), whatever the files say.</summary>
    public static TokenizerRule Id(string type, uint id) => draft => draft.Keys.Set(SpecialVocabulary.IdKey(type)!, GgufValue.Of(id));

    /// <summary>The number of token types (segments).</summary>
    public static TokenizerRule TokenTypes(uint count) => draft => draft.Keys.Set("tokenizer.ggml.token_type_count", GgufValue.Of(count));

    /// <summary>Whether runs of spaces become one.</summary>
    public static TokenizerRule RemoveExtraSpaces(bool value) =>
        draft => draft.Keys.Set("tokenizer.ggml.remove_extra_whitespaces", GgufValue.Of(value));

    /// <summary>The compiled map by which SentencePiece normalizes characters; an empty one is not written.</summary>
    public static TokenizerRule CharacterMap(ReadOnlyMemory<byte> map) => draft =>
    {
        if (!map.IsEmpty)
        {
            draft.Keys.Set("tokenizer.ggml.precompiled_charsmap", GgufValue.OfArray(map.ToArray()));
        }
    };

    /// <summary>A chat template, whatever the files say.</summary>
    public static TokenizerRule ChatTemplate(string template) => draft => draft.Keys.Set("tokenizer.chat_template", GgufValue.Of(template));

    /// <summary>One of llama.cpp's own chat templates, where the files have none.</summary>
    /// <param name="name">Its name among <see cref="BuiltInChatTemplates"/>.</param>
    public static TokenizerRule ChatTemplateIfMissing(string name) => draft =>
    {
        if (!draft.Keys.Contains("tokenizer.chat_template"))
        {
            ChatTemplate(BuiltInChatTemplates.Read(name))(draft);
        }
    };

    /// <summary>The id of a token, added or trained, if there is one of that text.</summary>
    public static TokenizerRule IdOfToken(string token, string type) => draft =>
    {
        if (draft.Sources.Tokenizer.Added.TryGetId(token, out var id))
        {
            Id(type, (uint)id)(draft);
        }
    };

    /// <summary>The id of a token of tokenizer_config.json's added_tokens_decoder, if there is one of that text.</summary>
    public static TokenizerRule IdOfAdded(string token, params ImmutableArray<string> types) => draft =>
    {
        var found = draft.Sources.Configuration.Members("added_tokens_decoder").FirstOrDefault(member => member.Value.Text("content") == token);
        if (found.Value.ValueKind == JsonValueKind.Object)
        {
            foreach (var type in types)
            {
                Id(type, (uint)AddedTokenFiles.ReadDecoderId(found))(draft);
            }
        }
    };

    /// <summary>
    /// A second pass over special tokens with fixed ids, by type ("eot"); those types are also looked up in the checkpoint's files, which win.
    /// Types without a key of their own (CodeLlama's prefix, suffix, middle) count for the lookup only.
    /// </summary>
    /// <param name="withChatTemplate">Whether the chat templates are written again.</param>
    /// <param name="ids">The types with their fixed ids.</param>
    /// <param name="lookedUp">Types that are only looked up.</param>
    public static TokenizerRule Infill(
        bool withChatTemplate, ImmutableArray<KeyValuePair<string, uint>> ids, params ImmutableArray<string> lookedUp) => draft =>
    {
        var reader = new SpecialVocabularyReader(draft.Sources, tokenCount: null) { Types = [.. ids.Select(entry => entry.Key), .. lookedUp] };
        var special = ids.Aggregate(reader.Read(withMerges: false), (current, entry) => current.WithId(entry.Key, entry.Value));
        (withChatTemplate ? special : special with { ChatTemplates = [] }).WriteTo(draft.Keys);
    };

    /// <summary>The end of turn that a configuration names: the first of its EOS ids that is not the BOS, if it has several.</summary>
    public static TokenizerRule EndOfTurnOfConfig(ModelConfig config) => draft =>
    {
        if (config["eos_token_id"] is not { ValueKind: JsonValueKind.Array } ids)
        {
            return;
        }

        var bos = config["bos_token_id"] is { } bosId ? new ConfigValue("bos_token_id", bosId).Integer : (long?)null;
        foreach (var id in ids.EnumerateArray().Select(element => new ConfigValue("eos_token_id", element)).Where(value => value.Integer != bos).Take(1))
        {
            Id("eot", id.TokenId)(draft);
        }
    };

    /// <summary>The end of turn that generation_config.json names: the first of its EOS ids, if it has at least two.</summary>
    public static void EndOfTurnOfGenerationConfig(TokenizerDraft draft)
    {
        if (CheckpointJson.ReadObjectIfPresent(draft.Sources.Files, "generation_config.json")?.Property("eos_token_id") is { ValueKind: JsonValueKind.Array } ids
            && ids.GetArrayLength() >= 2)
        {
            Id("eot", new ConfigValue("eos_token_id", ids[0]).TokenId)(draft);
        }
    }

    /// <summary>tokenizer_config.json's add_prefix_space, if it is there and not null.</summary>
    public static void ConfiguredSpacePrefix(TokenizerDraft draft)
    {
        if (draft.Sources.Configuration.Flag("add_prefix_space") is { } value)
        {
            AddSpacePrefix(value)(draft);
        }
    }

    /// <summary>tokenizer_config.json's add_prefix_space, if it is there; null counts as false.</summary>
    public static void ConfiguredSpacePrefixOrFalse(TokenizerDraft draft)
    {
        if (draft.Sources.Configuration is { ValueKind: JsonValueKind.Object } configuration && configuration.TryGetProperty("add_prefix_space", out _))
        {
            AddSpacePrefix(configuration.Flag("add_prefix_space") ?? false)(draft);
        }
    }

    /// <summary>chat_template.jinja as the chat template, if it is there, whatever else the files have.</summary>
    public static void ChatTemplateFile(TokenizerDraft draft)
    {
        if (ChatTemplateFiles.ReadJinja(draft.Sources.Files) is { } template)
        {
            ChatTemplate(template)(draft);
        }
    }

    /// <summary>PLaMo 3's chat template: chat_template.jinja, else tokenizer_config.json's.</summary>
    public static void PlamoChatTemplate(TokenizerDraft draft)
    {
        if ((ChatTemplateFiles.ReadJinja(draft.Sources.Files) ?? draft.Sources.Configuration.Text("chat_template")) is { Length: > 0 } template)
        {
            ChatTemplate(template)(draft);
        }
    }
}
