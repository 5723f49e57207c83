using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Tests.Tokenizers;

public sealed class SpecialVocabularyTests
{
    private static readonly string Added =
        $"[{string.Join(',', new[] { "<s>", "</s>", "<e>", "<p>" }.Select((token, index) => TokenizerJsonText.Added(5 + index, token, special: true)))}]";

    [Fact]
    public void Ids_come_from_the_names_first_and_then_from_the_configuration()
    {
        var keys = Write("""{"eos_token":"</s>","bos_token":{"content":"<s>"},"unk_token":"<missing>"}""", """{"bos_token_id":99,"pad_token_id":8,"eos_token_id":[1,2]}""");

        Assert.Equal(["tokenizer.ggml.bos_token_id=5", "tokenizer.ggml.eos_token_id=6", "tokenizer.ggml.padding_token_id=8"], keys);
    }

    [Fact]
    public void Ids_may_stand_in_text_config_and_booleans_count_as_numbers()
    {
        Assert.Equal(
            ["tokenizer.ggml.bos_token_id=7", "tokenizer.ggml.eos_token_id=1"],
            Write("{}", """{"bos_token_id":null,"text_config":{"bos_token_id":7},"eos_token_id":true}"""));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("4294967296")]
    public void An_id_out_of_range_is_an_error(string id)
    {
        Assert.Throws<CheckpointException>(() => Write("{}", $$"""{"bos_token_id":{{id}}}"""));
    }

    [Fact]
    public void A_template_that_begins_with_the_bos_adds_it_and_one_that_ends_in_another_token_makes_it_the_eos()
    {
        var single = """[{"SpecialToken":{"id":"<s>"}},{"Sequence":{"id":"A"}},{"SpecialToken":{"id":"<e>"}}]""";

        Assert.Equal(
            [
                "tokenizer.ggml.bos_token_id=5", "tokenizer.ggml.eos_token_id=7", "tokenizer.ggml.eot_token_id=6",
                "tokenizer.ggml.add_bos_token=true", "tokenizer.ggml.add_eos_token=true",
            ],
            Write("""{"bos_token":"<s>","eos_token":"</s>"}""", "{}", Template(single, "[]")));
    }

    [Fact]
    public void A_name_that_is_an_object_is_not_the_templates_token()
    {
        var single = """[{"SpecialToken":{"id":"<s>"}},{"Sequence":{"id":"A"}}]""";

        // The converter compares the whole value; the token is then taken for the CLS.
        Assert.Equal(
            ["tokenizer.ggml.bos_token_id=5", "tokenizer.ggml.add_bos_token=true"],
            Write("""{"bos_token":{"content":"<s>"}}""", "{}", Template(single, "[]")));
    }

    [Theory]
    [InlineData("""[{"Sequence":{"id":"A"}},{"SpecialToken":{"id":"</s>"}},{"Sequence":{"id":"B"}}]""", true)]
    [InlineData("""[{"Sequence":{"id":"A"}},{"SpecialToken":{"id":"<p>"}},{"Sequence":{"id":"B"}}]""", false)]
    [InlineData("""[{"Sequence":{"id":"A"}},{"SpecialToken":{"id":"<p>"}},{"SpecialToken":{"id":"</s>"}},{"Sequence":{"id":"B"}}]""", true)]
    [InlineData("""[{"Sequence":{"id":"A"}},{"Sequence":{"id":"B"}}]""", null)]
    public void What_stands_between_a_pair_decides_about_the_separator(string pair, bool? addSep)
    {
        var keys = Write("""{"eos_token":"</s>"}""", "{}", Template("""[{"Sequence":{"id":"A"}}]""", pair));

        Assert.Equal(addSep is null ? [] : [$"tokenizer.ggml.add_sep_token={(addSep.Value ? "true" : "false")}"], keys.Where(key => key.Contains("add_", StringComparison.Ordinal)));
    }

    [Fact]
    public void Roberta_adds_all_three()
    {
        var roberta = """{"type":"RobertaProcessing","sep":["</s>",6],"cls":["<s>",5]}""";

        Assert.Equal(
            [
                "tokenizer.ggml.seperator_token_id=6",
                "tokenizer.ggml.add_bos_token=true", "tokenizer.ggml.add_eos_token=false", "tokenizer.ggml.add_sep_token=true",
            ],
            Write("""{"add_eos_token":false}""", "{}", roberta));
    }

    [Fact]
    public void Named_templates_are_listed_and_the_default_one_is_written_last()
    {
        var keys = Write("""{"chat_template":[{"name":"default","template":"D"},{"name":"tool use","template":"T"},{"name":"rag","template":"R"},{"name":"x"}]}""", "{}");

        Assert.Equal(
            ["tokenizer.chat_template.tool_use=T", "tokenizer.chat_template.rag=R", "tokenizer.chat_templates=tool_use,rag", "tokenizer.chat_template=D"],
            keys);
    }

    [Fact]
    public void The_configurations_template_wins_over_the_files_even_if_it_is_null()
    {
        Assert.Equal(["tokenizer.chat_template=C"], Write("""{"chat_template":"C"}""", "{}", files: checkpoint => checkpoint.With("chat_template.jinja", "J")));
        Assert.Empty(Write("""{"chat_template":null}""", "{}", files: checkpoint => checkpoint.With("chat_template.jinja", "J")));
        Assert.Empty(Write("""{"chat_template":""}""", "{}"));
    }

    [Fact]
    public void Template_files_have_unix_line_ends_and_additional_ones_have_their_names()
    {
        Assert.Equal(
            ["tokenizer.chat_template.rag=R", "tokenizer.chat_templates=rag", "tokenizer.chat_template=a\nb\n"],
            Write("""{"x":1}""", "{}", files: checkpoint => checkpoint
                .With("chat_template.jinja", "a\r\nb\r").With("chat_template.json", """{"chat_template":"no"}""").With("additional_chat_templates/rag.jinja", "R")));
        Assert.Equal(["tokenizer.chat_template=J"], Write("""{"x":1}""", "{}", files: checkpoint => checkpoint.With("chat_template.json", """{"chat_template":"J"}""")));
    }

    [Fact]
    public void Without_a_tokenizer_configuration_there_is_no_template()
    {
        using var checkpoint = new TemporaryCheckpoint().With("tokenizer.json", TokenizerJsonText.ByteLevel()).With("chat_template.jinja", "J");

        Assert.Empty(Keys(checkpoint));
    }

    private static string Template(string single, string pair) => $"{{\"type\":\"TemplateProcessing\",\"single\":{single},\"pair\":{pair}}}";

    private static IEnumerable<string> Write(string configuration, string model, string postProcessor = "null", Action<TemporaryCheckpoint>? files = null)
    {
        using var checkpoint = new TemporaryCheckpoint()
            .With("tokenizer.json", TokenizerJsonText.ByteLevel(Added, postProcessor: postProcessor))
            .With("tokenizer_config.json", configuration)
            .With("config.json", model);
        files?.Invoke(checkpoint);
        return Keys(checkpoint);
    }

    private static List<string> Keys(TemporaryCheckpoint checkpoint)
    {
        var builder = new GgufMetadata.Builder();
        new SpecialVocabularyReader(new TokenizerSources(checkpoint.Files), tokenCount: null).Read(withMerges: false).WriteTo(builder);
        return [.. builder.Build().Select(entry => $"{entry.Key}={Text(entry.Value)}")];
    }

    private static string Text(GgufValue value) => value.Type switch
    {
        GgufValueType.String => value.AsString()!,
        GgufValueType.Bool => value.TryGet<bool>(out var flag) && flag ? "true" : "false",
        GgufValueType.Array => value.TryGetArray<GgufString>(out var texts) ? string.Join(',', texts.ToArray()) : "",
        _ => value.TryGetInteger(out var integer) ? $"{integer}" : "",
    };
}
