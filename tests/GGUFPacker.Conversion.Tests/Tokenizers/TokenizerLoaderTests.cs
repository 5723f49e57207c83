using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Tests.Tokenizers;

public sealed class TokenizerLoaderTests
{
    private static readonly TokenizerRequest Request = TokenizerRequest.ForQwen2(null) with { PreTokenizer = "gpt-2" };

    [Fact]
    public void Ids_without_a_token_are_padded()
    {
        using var checkpoint = new TemporaryCheckpoint().With("tokenizer.json", TokenizerJsonText.ByteLevel(vocabulary: """{"a":0,"b":1,"Ġ":2,"ab":4,"Ġab":5}"""));

        var metadata = Load(checkpoint, Request with { VocabularySize = 8 });

        Assert.Equal(["a", "b", "Ġ", "[PAD3]", "ab", "Ġab", "[PAD6]", "[PAD7]"], Strings(metadata, "tokenizer.ggml.tokens"));
        Assert.Equal([1, 1, 1, 5, 1, 1, 5, 5], Integers(metadata, "tokenizer.ggml.token_type"));
    }

    [Fact]
    public void Added_tokens_are_control_if_special_or_if_they_look_so()
    {
        var added = $"[{string.Join(',',
            TokenizerJsonText.Added(9, "<s>", special: true), TokenizerJsonText.Added(9, "<|x|>"), TokenizerJsonText.Added(9, "<tool▁call>"), TokenizerJsonText.Added(9, "Ġab"))}]";
        using var checkpoint = new TemporaryCheckpoint().With("tokenizer.json", TokenizerJsonText.ByteLevel(added));

        var metadata = Load(checkpoint, Request);

        // The library numbers them itself, takes a token of the vocabulary where it stands, and decodes those that are not normalized.
        Assert.Equal(["a", "b", "Ġ", "ab", " ab", "<s>", "<|x|>", "<tool call>"], Strings(metadata, "tokenizer.ggml.tokens"));
        Assert.Equal([1, 1, 1, 1, 4, 3, 3, 4], Integers(metadata, "tokenizer.ggml.token_type"));
    }

    [Fact]
    public void A_class_adds_its_special_tokens_where_the_files_name_none()
    {
        using var checkpoint = new TemporaryCheckpoint()
            .With("tokenizer.json", TokenizerJsonText.ByteLevel())
            .With("tokenizer_config.json", """{"tokenizer_class":"Qwen2Tokenizer","pad_token":"ab","unk_token":null}""");

        var metadata = Load(checkpoint, Request);

        Assert.Equal(["a", "b", "Ġ", "ab", "Ġab", "<|endoftext|>"], Strings(metadata, "tokenizer.ggml.tokens"));
        Assert.Equal([1, 1, 1, 3, 1, 3], Integers(metadata, "tokenizer.ggml.token_type"));
    }

    [Fact]
    public void Merges_as_pairs_write_their_spaces_as_the_byte_alphabet_does()
    {
        using var checkpoint = new TemporaryCheckpoint().With(
            "tokenizer.json",
            TokenizerJsonText.ByteLevel(vocabulary: """{"a":0," ":1,"a ":2}""", merges: """[["a"," "]]"""));

        Assert.Equal(["a Ġ"], Strings(Load(checkpoint, Request), "tokenizer.ggml.merges"));
    }

    [Fact]
    public void CodeLlama_gets_its_infill_tokens()
    {
        using var checkpoint = new TemporaryCheckpoint().With("tokenizer.json", TokenizerJsonText.ByteLevel());

        var metadata = Load(checkpoint, TokenizerRequest.ForLlama(32016) with { PreTokenizer = "gpt-2" });

        Assert.Equal(32010, metadata.GetInteger("tokenizer.ggml.eot_token_id"));
    }

    [Fact]
    public void A_Granite_code_vocabulary_wants_no_bos()
    {
        using var checkpoint = new TemporaryCheckpoint()
            .With("tokenizer.json", TokenizerJsonText.ByteLevel())
            .With("tokenizer_config.json", """{"add_bos_token":true,"add_prefix_space":false}""");

        var metadata = Load(checkpoint, TokenizerRequest.ForLlama(49152) with { PreTokenizer = "gpt-2" });

        Assert.Equal("tokenizer.ggml.add_space_prefix", metadata[0].Key);
        Assert.Equal(0, metadata.GetInteger("tokenizer.ggml.add_bos_token"));
    }

    [Fact]
    public void A_pre_tokenizer_that_is_found_is_noted()
    {
        using var checkpoint = new TemporaryCheckpoint().With("tokenizer.json", TokenizerJsonText.ByteLevel());

        var tokenizer = TokenizerLoader.Load(checkpoint.Files, TokenizerRequest.ForQwen2(null));

        Assert.Equal("gpt-2", tokenizer.Keys.GetString("tokenizer.ggml.pre"));
        Assert.Contains("--pre-tokenizer", Assert.Single(tokenizer.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pre_tokenizer_that_is_like_none_is_an_error_with_candidates()
    {
        using var checkpoint = new TemporaryCheckpoint().With(
            "tokenizer.json",
            TokenizerJsonText.ByteLevel(preTokenizer: """
                {"type":"Sequence","pretokenizers":[
                    {"type":"Split","pattern":{"Regex":"[ab]|\\p{L}{2}"},"behavior":"Isolated","invert":false},{"type":"ByteLevel","use_regex":false}]}
                """));

        var exception = Assert.Throws<CheckpointException>(() => TokenizerLoader.Load(checkpoint.Files, TokenizerRequest.ForQwen2(null)));

        Assert.Contains("Candidates: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains("--pre-tokenizer", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pattern_that_cannot_be_evaluated_is_an_error_that_names_it()
    {
        using var checkpoint = new TemporaryCheckpoint().With(
            "tokenizer.json",
            TokenizerJsonText.ByteLevel(preTokenizer: """
                {"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"(a)\\1"},"behavior":"Isolated","invert":false},{"type":"ByteLevel"}]}
                """));

        var exception = Assert.Throws<CheckpointException>(() => TokenizerLoader.Load(checkpoint.Files, TokenizerRequest.ForQwen2(null)));

        Assert.Contains(@"(a)\1", exception.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string, string> Broken { get; } = new()
    {
        { "no JSON", "{", "not valid JSON" },
        { "no object", "[]", "no JSON object" },
        { "no model", "{}", "no model" },
        { "a negative id", TokenizerJsonText.ByteLevel(vocabulary: """{"a":-1}""", merges: "[]"), "-1" },
        { "a fractional id", TokenizerJsonText.ByteLevel(vocabulary: """{"a":0.5}""", merges: "[]"), "0.5" },
        { "a huge id", TokenizerJsonText.ByteLevel(vocabulary: """{"a":99999999999}""", merges: "[]"), "99999999999" },
        { "an id beyond the limit", TokenizerJsonText.ByteLevel(vocabulary: """{"a":16777216}""", merges: "[]"), "16777216" },
        { "an id that is text", TokenizerJsonText.ByteLevel(vocabulary: """{"a":"0"}""", merges: "[]"), "no whole number" },
        { "an id twice", TokenizerJsonText.ByteLevel(vocabulary: """{"a":0,"b":0}""", merges: "[]"), "same id" },
        { "half a surrogate pair as a token", TokenizerJsonText.ByteLevel(vocabulary: """{"\ud800":0}""", merges: "[]"), "Unicode" },
        { "half a surrogate pair in a merge", TokenizerJsonText.ByteLevel(merges: """["\udc00 a"]"""), "Unicode" },
        { "a merge of an unknown token", TokenizerJsonText.ByteLevel(merges: """["a z"]"""), "'z'" },
        { "a merge into an unknown token", TokenizerJsonText.ByteLevel(merges: """["b a"]"""), "'ba'" },
        { "a merge of three parts", TokenizerJsonText.ByteLevel(merges: """["a b a"]"""), "two parts" },
        { "a merge of another form", TokenizerJsonText.ByteLevel(merges: """["a b",["a","b"]]"""), "neither" },
        { "a merge that is a number", TokenizerJsonText.ByteLevel(merges: "[1]"), "neither" },
        { "an added token without content", TokenizerJsonText.ByteLevel("""[{"id":5}]"""), "no content" },
        { "an added token without id", TokenizerJsonText.ByteLevel("""[{"content":"x"}]"""), "no id" },
        { "an added token with a negative id", TokenizerJsonText.ByteLevel("""[{"content":"x","id":-5}]"""), "-5" },
        { "a step without a type", TokenizerJsonText.ByteLevel(preTokenizer: "{}"), "no type" },
        { "a WordPiece model", TokenizerJsonText.ByteLevel(model: "\"type\":\"WordPiece\""), "WordPiece" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_tokenizer_json_is_an_error_that_says_what_is_wrong(string what, string text, string message)
    {
        using var checkpoint = new TemporaryCheckpoint().With("tokenizer.json", text);

        var exception = Assert.Throws<CheckpointException>(() => Load(checkpoint, Request));

        Assert.True(exception.Message.Contains(message, StringComparison.Ordinal), $"{what}: {exception.Message}");
    }

    [Fact]
    public void Members_that_stand_twice_count_once_and_the_last_one_wins()
    {
        using var checkpoint = new TemporaryCheckpoint().With("tokenizer.json", TokenizerJsonText.ByteLevel(
            vocabulary: """{"a":1,"a":0,"b":1,"Ġ":2,"ab":3,"Ġab":4}""",
            preTokenizer: """{"type":"ByteLevel","type":"ByteLevel","use_regex":false,"use_regex":true,"add_prefix_space":true,"add_prefix_space":true}"""));

        Assert.Equal("gpt-2", TokenizerLoader.Load(checkpoint.Files, TokenizerRequest.ForQwen2(null)).Keys.GetString("tokenizer.ggml.pre"));
    }

    [Fact]
    public void Bytes_that_are_no_utf8_are_an_error()
    {
        using var checkpoint = new TemporaryCheckpoint().With("tokenizer.json", [.. "{\"model\":{\"vocab\":{\""u8, 0xFF, .. "\":0}}}"u8]);

        Assert.Contains("UTF-8", Assert.Throws<CheckpointException>(() => Load(checkpoint, Request)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vocabulary_that_does_not_fit_the_model_is_an_error()
    {
        using var checkpoint = new TemporaryCheckpoint().With("tokenizer.json", TokenizerJsonText.ByteLevel());

        Assert.Contains("vocab_size is 4", Assert.Throws<CheckpointException>(() => Load(checkpoint, Request with { VocabularySize = 4 })).Message, StringComparison.Ordinal);
        Assert.Contains("at most", Assert.Throws<CheckpointException>(() => Load(checkpoint, Request with { VocabularySize = int.MaxValue })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_without_a_tokenizer_is_an_error_that_names_the_files()
    {
        using var checkpoint = new TemporaryCheckpoint().With("config.json", "{}");

        var message = Assert.Throws<CheckpointException>(() => TokenizerLoader.Load(checkpoint.Files, TokenizerRequest.ForLlama(32000))).Message;

        Assert.Contains("tokenizer.model", message, StringComparison.Ordinal);
        Assert.Contains("tokenizer.json", message, StringComparison.Ordinal);
        Assert.Contains("tekken.json", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Infinity_in_a_configuration_is_read_as_python_does()
    {
        using var checkpoint = new TemporaryCheckpoint().With("config.json", """{"a":Infinity,"b":[-Infinity,NaN],"c":"NaN \" Infinity"}""");

        var root = CheckpointJson.ReadObject(checkpoint.Files, "config.json");

        Assert.Equal(double.PositiveInfinity, new ConfigValue("a", root.GetProperty("a")).Number);
        Assert.Equal(double.NegativeInfinity, new ConfigValue("b", root.GetProperty("b")[0]).Number);
        Assert.Equal(double.NaN, new ConfigValue("b", root.GetProperty("b")[1]).Number);
        Assert.Equal("NaN \" Infinity", root.GetProperty("c").GetString());
    }

    private static GgufMetadata Load(TemporaryCheckpoint checkpoint, TokenizerRequest request)
    {
        var builder = new GgufMetadata.Builder();
        TokenizerLoader.Load(checkpoint.Files, request).WriteTo(builder, "test");
        return builder.Build();
    }

    private static IEnumerable<string> Strings(GgufMetadata metadata, string key) =>
        metadata[key]!.TryGetArray<GgufString>(out var values) ? [.. values.ToArray().Select(value => value.ToString())] : [];

    private static int[] Integers(GgufMetadata metadata, string key) => metadata[key]!.TryGetArray<int>(out var values) ? values.ToArray() : [];
}
