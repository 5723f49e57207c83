using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>
/// A checkpoint's tokenizer as transformers' AutoTokenizer loads it: tokenizer.json or the older files, and on top of it what tokenizer_config.json,
/// special_tokens_map.json,
/// added_tokens.json and the tokenizer's class change. llama.cpp's converter takes token texts, token types and the pre-tokenizer's hash from that.
/// </summary>
internal sealed class AutoTokenizer
{
    // In the order of transformers; additional_special_tokens follow.
    private static readonly ImmutableArray<string> Attributes = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    private AutoTokenizer(TokenizerJson definition, AddedVocabulary added)
    {
        Definition = definition;
        Added = added;
    }

    /// <summary>What tokenizer.json says.</summary>
    public TokenizerJson Definition { get; }

    /// <summary>The normalizer's steps, after tokenizer_config.json had its say.</summary>
    public ImmutableArray<TokenizerStep> Normalizers { get; private init; } = [];

    /// <summary>The added tokens, after all files had their say.</summary>
    public AddedVocabulary Added { get; }

    /// <summary>The texts of the special tokens, in transformers' order.</summary>
    public ImmutableArray<string> SpecialTokens { get; private init; } = [];

    /// <summary>The ids that the class's own post-processor puts before and after a text; null where tokenizer.json's counts.</summary>
    public (ImmutableArray<int> Before, ImmutableArray<int> After)? ClassTemplate { get; private init; }

    /// <summary>Whether a text that begins without a space gets one, where the pre-tokenizer is a single step that can do that.</summary>
    public bool AddPrefixSpace { get; private init; }

    /// <summary>Whether a text gets the BOS because the class or tokenizer_config.json says so.</summary>
    public bool AddsBos { get; private init; }

    /// <summary>Whether decoding removes the space before punctuation.</summary>
    public bool CleanUpSpaces { get; private init; }

    /// <summary>Loads a checkpoint's tokenizer.</summary>
    /// <exception cref="CheckpointException">There are neither tokenizer.json nor the older files, or a file is not what it must be.</exception>
    public static AutoTokenizer Load(CheckpointFiles files) => new TokenizerSources(files).Tokenizer;

    /// <summary>Loads a checkpoint's tokenizer.</summary>
    /// <exception cref="CheckpointException">There are neither tokenizer.json nor the older files, or a file is not what it must be.</exception>
    public static AutoTokenizer Load(TokenizerSources sources)
    {
        var files = sources.Files;
        var configuration = sources.Configuration;
        var model = sources.Model;
        var tokenizerClass = TokenizerClass.Find(configuration.Text("tokenizer_class") ?? model.Text("tokenizer_class"), model.Text("model_type"));
        var definition = sources.Definition ?? SlowTokenizerFiles.Read(files, tokenizerClass.Name, configuration);
        if (sources.Definition is null && definition.ModelType == "BPE"
            && tokenizerClass.Name is not ("GPT2Tokenizer" or "Qwen2Tokenizer" or "RobertaTokenizer"))
        {
            sources.Note($"There is no tokenizer.json, and the class {tokenizerClass.Name ?? "of the tokenizer"} is not known: text is taken to be split as GPT-2 does.");
        }

        var special = ReadSpecialTokens(files, configuration, tokenizerClass);

        var added = new AddedVocabulary(definition);
        added.Add([.. definition.AddedTokens.Select(entry => entry.Token)]);
        added.Add(CollectAdditions(files, definition, configuration, special));

        return new AutoTokenizer(definition, added)
        {
            SpecialTokens = [.. special.Select(token => token.Token.Content).Distinct(StringComparer.Ordinal)],
            ClassTemplate = BuildTemplate(tokenizerClass, configuration, special, added),
            Normalizers = tokenizerClass.HasBertNormalizer ? BertNormalizers(definition.Normalizers, configuration) : definition.Normalizers,
            AddPrefixSpace = configuration.Flag("add_prefix_space") ?? false,
            AddsBos = configuration.Flag("add_bos_token") ?? tokenizerClass.AddsBos ?? false,
            CleanUpSpaces = configuration.Flag("clean_up_tokenization_spaces") ?? false,
        };
    }

    /// <summary>Every token, trained and added, by id.</summary>
    /// <exception cref="CheckpointException">Two tokens have the same id.</exception>
    public Dictionary<int, string> TokensById()
    {
        var tokens = new Dictionary<int, string>(Definition.Vocabulary.Count + Added.Tokens.Count);
        foreach (var (token, id) in Definition.Vocabulary)
        {
            Add(id, token);
        }

        foreach (var (id, token) in Added.Tokens)
        {
            Add(id, token.Content);
        }

        return tokens;

        void Add(int id, string token)
        {
            if (!tokens.TryAdd(id, token) && tokens[id] != token)
            {
                throw new CheckpointException($"{TokenizerJsonReader.FileName}: the tokens '{tokens[id]}' and '{token}' have the same id, {id}.");
            }
        }
    }

    private static List<(string Attribute, AddedToken Token)> ReadSpecialTokens(CheckpointFiles files, JsonElement configuration, TokenizerClass tokenizerClass)
    {
        // special_tokens_map.json is older than added_tokens_decoder and counts only without it.
        var isMapRead = configuration.Property("added_tokens_decoder") is null;
        var map = (isMapRead ? CheckpointJson.ReadObjectIfPresent(files, "special_tokens_map.json") : null) ?? default;
        var tokens = new List<(string, AddedToken)>();
        foreach (var attribute in Attributes)
        {
            var source = Has(map, attribute) ? map : configuration;
            if (Has(source, attribute))
            {
                if (source.Property(attribute) is { } element && ReadToken(element) is { } token)
                {
                    tokens.Add((attribute, token));
                }
            }
            else if (tokenizerClass.Defaults.FirstOrDefault(entry => entry.Key == attribute).Value is { } text)
            {
                tokens.Add((attribute, AddedToken.Plain(text, special: true)));
            }
        }

        // Tokens with names of their own ("image_token"); transformers 5 writes a list without names.
        foreach (var member in configuration.Members("extra_special_tokens"))
        {
            if (ReadToken(member.Value) is { } token)
            {
                tokens.Add((member.UnescapedName(), token));
            }
        }

        var additional = configuration.Elements("extra_special_tokens")
            .Concat(configuration.Elements("additional_special_tokens"))
            .Concat(map.Elements("additional_special_tokens"));
        foreach (var element in additional)
        {
            if (ReadToken(element) is { } token)
            {
                tokens.Add(("additional_special_tokens", token));
            }
        }

        return tokens;

        static bool Has(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out _);

        static AddedToken? ReadToken(JsonElement element) => element.ValueKind switch
        {
            JsonValueKind.String => AddedToken.Plain(element.Unescape(), special: true),
            JsonValueKind.Object => AddedToken.Read(element, special: true),
            _ => null,
        };
    }

    private static List<AddedToken> CollectAdditions(
        CheckpointFiles files, TokenizerJson definition, JsonElement configuration, List<(string Attribute, AddedToken Token)> special)
    {
        var specialTexts = special.Select(entry => entry.Token.Content).ToHashSet(StringComparer.Ordinal);
        var byId = new SortedDictionary<int, AddedToken>();
        if (configuration.Property("added_tokens_decoder") is not null)
        {
            foreach (var member in configuration.Members("added_tokens_decoder"))
            {
                byId[AddedTokenFiles.ReadDecoderId(member)] = AddedToken.Read(member.Value)
                    ?? throw new CheckpointException($"tokenizer_config.json: the added token {member.Name} has no content.");
            }
        }
        else
        {
            foreach (var (token, id) in AddedTokenFiles.ReadAddedTokens(files))
            {
                byId[id] = AddedToken.Plain(token, specialTexts.Contains(token));
            }

            foreach (var (token, id) in definition.AddedTokens)
            {
                byId[id] = token;
            }
        }

        var additions = byId.Values.Select(token => specialTexts.Contains(token.Content) ? token with { Special = true } : token).ToList();
        var known = definition.AddedTokens.Select(entry => entry.Token).Concat(additions).Select(token => token.Content).ToHashSet(StringComparer.Ordinal);
        additions.AddRange(special.Select(entry => entry.Token).Where(token => known.Add(token.Content)));
        return additions;
    }

    private static (ImmutableArray<int> Before, ImmutableArray<int> After)? BuildTemplate(
        TokenizerClass tokenizerClass, JsonElement configuration, List<(string Attribute, AddedToken Token)> special, AddedVocabulary added)
    {
        if (tokenizerClass.AddsBos is not { } addsBos)
        {
            return null;
        }

        return (
            configuration.Flag("add_bos_token") ?? addsBos ? IdOf("bos_token") : [],
            configuration.Flag("add_eos_token") ?? false ? IdOf("eos_token") : []);

        ImmutableArray<int> IdOf(string attribute) =>
            special.Find(entry => entry.Attribute == attribute) is { Token: { } token } && added.TryGetId(token.Content, out var id) ? [id] : [];
    }

    // transformers' class of BERT sets the normalizer's flags by tokenizer_config.json, and by its own defaults where that has none.
    private static ImmutableArray<TokenizerStep> BertNormalizers(ImmutableArray<TokenizerStep> steps, JsonElement configuration)
    {
        if (steps is not [{ Type: "BertNormalizer" } step])
        {
            return steps;
        }

        step = step.With("lowercase", configuration.Flag("do_lower_case") ?? true)
            .With("handle_chinese_chars", configuration.Flag("tokenize_chinese_chars") ?? true);
        return [configuration.Flag("strip_accents") is { } strips ? step.With("strip_accents", strips) : step.Without("strip_accents")];
    }
}
