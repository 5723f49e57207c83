using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Tests.Tokenizers.SentencePieceBytes;

namespace GGUFPacker.Conversion.Tests.Tokenizers.Vocabularies;

public sealed class OwnFormsTests
{
    [Fact]
    public void Tekken_puts_special_tokens_first_and_fills_their_ids()
    {
        using var checkpoint = new TemporaryCheckpoint().With("tekken.json", Tekken("v3", 263, special: """,{"rank":4,"token_str":"[INST]"}"""));

        var keys = KeyText.Load(checkpoint, TokenizerRequest.ForMistralFormat());

        Assert.Equal(["model=gpt2", "pre=tekken", "merges=a a", "bos_token_id=1", "eos_token_id=2", "unknown_token_id=0", "padding_token_id=3"], keys.Take(7));
        Assert.StartsWith("tokens=<unk>|<s>|</s>|<pad>|[INST]|<SPECIAL_5>|Ā|ā|", keys[7], StringComparison.Ordinal);
        Assert.EndsWith("|aa", keys[7], StringComparison.Ordinal);
        Assert.StartsWith("scores=0 0 0", keys[8], StringComparison.Ordinal);
        Assert.StartsWith("token_type=3 3 3 3 3 3 1 1", keys[9], StringComparison.Ordinal);
        Assert.Equal(["test.vocab_size=263", "add_bos_token=true", "add_eos_token=false", "tokenizer.chat_template=mistral-v3-tekken"], keys.Skip(10));
    }

    [Fact]
    public void A_local_template_counts_in_mistrals_format_only()
    {
        using var checkpoint = new TemporaryCheckpoint().With("tekken.json", Tekken("v7", 263)).With("chat_template.jinja", "local");

        Assert.Equal("tokenizer.chat_template=local", KeyText.Load(checkpoint, TokenizerRequest.ForMistralFormat())[^1]);
        Assert.Equal("tokenizer.chat_template=local", KeyText.Load(checkpoint, TokenizerRequest.ForMistralFormat(communityChatTemplate: false))[^1]);
        Assert.Equal("tokenizer.chat_template=mistral-v7-tekken", KeyText.Load(checkpoint, TokenizerRequest.ForLlama(263))[^1]);
    }

    [Theory]
    [InlineData("tokenizer.model.v3", "mistral-v3")]
    [InlineData("tokenizer.model.v7m1", "mistral-v7")]
    [InlineData("tokenizer.model", "mistral-v1")]
    public void A_sentencepiece_model_has_its_version_in_its_name(string name, string template)
    {
        using var checkpoint = new TemporaryCheckpoint().With(name, Model(2, [], ("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3), ("a", -1, 1)));

        Assert.Equal(
            [
                "model=llama", "bos_token_id=1", "eos_token_id=2", "unknown_token_id=0", "padding_token_id=2", "tokens=<unk>|<s>|</s>|a", "scores=f32 0 0 0 -1",
                "token_type=2 3 3 1", "test.vocab_size=4", "add_bos_token=true", "add_eos_token=false", $"tokenizer.chat_template={template}",
            ],
            KeyText.Load(checkpoint, TokenizerRequest.ForMistralFormat()));
    }

    [Fact]
    public void A_version_without_a_template_is_an_error_unless_none_is_wanted()
    {
        using var checkpoint = new TemporaryCheckpoint().With("tekken.json", Tekken("v99", 263));

        Assert.Contains("v99", Assert.Throws<CheckpointException>(() => KeyText.Load(checkpoint, TokenizerRequest.ForMistralFormat())).Message, StringComparison.Ordinal);
        Assert.Equal("add_eos_token=false", KeyText.Load(checkpoint, TokenizerRequest.ForMistralFormat(communityChatTemplate: false))[^1]);
    }

    [Theory]
    [InlineData(300, "do not make 300")]
    [InlineData(3, "must be different, and fit")]
    public void Tekken_sizes_that_do_not_fit_are_errors(int size, string message)
    {
        using var checkpoint = new TemporaryCheckpoint().With("tekken.json", Tekken("v7", size));

        Assert.Contains(message, Assert.Throws<CheckpointException>(() => KeyText.Load(checkpoint, TokenizerRequest.ForMistralFormat())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Kimis_special_tokens_follow_the_ranks_by_name_or_as_reserved_ones()
    {
        using var checkpoint = new TemporaryCheckpoint()
            .With("tiktoken.model", "YQ== 0\nYg== 1\nYWI= 2\n")
            .With("tokenization_kimi.py", "class T:\n    num_reserved_special_tokens = 2\n")
            .With("tokenizer_config.json", """{"eos_token":"<e>","added_tokens_decoder":{"3":{"content":"<b>"},"5":{"content":"<e>"}}}""")
            .With("config.json", """{"bos_token_id":3,"eos_token_id":4}""");

        Assert.Equal(
            [
                "model=gpt2", "pre=kimi-k2", "tokens=a|b|ab|<b>|<|reserved_token_4|>|<e>|<|reserved_token_6|>|[PAD7]", "token_type=1 1 1 3 3 3 3 5", "merges=a b",
                "bos_token_id=3", "eos_token_id=4",
            ],
            KeyText.Load(checkpoint, TokenizerRequest.ForDeepseek2(8)));
        Assert.Equal("eos_token_id=5", KeyText.Load(checkpoint, TokenizerRequest.ForKimiLinear(8))[^1]);
    }

    [Fact]
    public void Hunyuans_special_tokens_follow_the_ranks_up_to_the_models_size()
    {
        using var checkpoint = new TemporaryCheckpoint().With("hy.tiktoken", "YQ== 0\nYg== 1\nYWI= 2\n").With("config.json", """{"eos_token_id":6}""");

        Assert.Equal(
            [
                "model=gpt2", "pre=hunyuan", "tokens=a|b|ab|<|endoftext|>|<|startoftext|>|<|bos|>|<|eos|>|<|pad|>|<|extra_0|>|<|extra_1|>",
                "token_type=1 1 1 3 3 3 3 3 3 3", "merges=a b", "eos_token_id=6", "bos_token_id=127959",
            ],
            KeyText.Load(checkpoint, TokenizerRequest.ForHunyuanMoe(10)));
        Assert.Contains("vocab_size", Assert.Throws<CheckpointException>(() => KeyText.Load(checkpoint, TokenizerRequest.ForHunyuanMoe(7))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Qwens_special_tokens_follow_the_ranks_and_end_of_text_stands_for_several()
    {
        using var checkpoint = new TemporaryCheckpoint().With("qwen.tiktoken", "YQ== 0\nYg== 1\nYWI= 2\n");

        var keys = KeyText.Load(checkpoint, TokenizerRequest.ForQwen(212));

        Assert.StartsWith("tokens=a|b|ab|<|endoftext|>|<|im_start|>|<|im_end|>|<|extra_0|>|", keys[2], StringComparison.Ordinal);
        Assert.EndsWith("|<|extra_204|>|[PAD211]", keys[2], StringComparison.Ordinal);
        Assert.Equal(["merges=a b", "bos_token_id=3", "eos_token_id=3", "unknown_token_id=3"], keys.Skip(4));
        Assert.Throws<CheckpointException>(() => KeyText.Load(checkpoint, TokenizerRequest.ForQwen(210)));
    }

    [Fact]
    public void Xverse_has_bytes_and_no_scores_and_every_id_must_have_a_token()
    {
        using var checkpoint = new TemporaryCheckpoint().With(
            "tokenizer.json",
            TokenizerJsonText.ByteLevel($"[{TokenizerJsonText.Added(3, "<s>", special: true)},{TokenizerJsonText.Added(4, "<n>")}]", vocabulary: """{"\u0000":0,"<0x41>":1,"a":2}""", merges: "[]"));

        Assert.Equal(
            ["model=llama", "pre=default", @"tokens=<b'\x00'>|<0x41>|a|<s>|<n>", "token_type=6 6 1 3 4"], KeyText.Load(checkpoint, TokenizerRequest.ForXverse(5)));
        Assert.Contains("id 5", Assert.Throws<CheckpointException>(() => KeyText.Load(checkpoint, TokenizerRequest.ForXverse(6))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rwkv_writes_tokens_as_python_shows_bytes_and_has_a_template()
    {
        using var checkpoint = new TemporaryCheckpoint().With("rwkv_vocab_v20230424.txt", "1 '\\x00' 1\n2 'a b' 3\n3 b'\\xff' 1\n4 'é' 2\n");

        var keys = KeyText.Load(checkpoint, TokenizerRequest.ForRwkvWorld(6));

        Assert.Equal(["model=rwkv", @"tokens=<s>|\x00|a b|\xff|\xc3\xa9|[PAD5]", "token_type=3 1 1 1 1 5", "eot_token_id=261", "bos_token_id=0", "eos_token_id=0"], keys.Take(6));
        Assert.StartsWith("tokenizer.chat_template=", keys[6], StringComparison.Ordinal);
        using var wrong = new TemporaryCheckpoint().With("rwkv_vocab_v20230424.txt", "1 'ab' 1\n");
        Assert.Contains("line 1", Assert.Throws<CheckpointException>(() => KeyText.Load(wrong, TokenizerRequest.ForRwkvWorld(6))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Plamo_lists_its_tokens_with_their_scores()
    {
        using var checkpoint = new TemporaryCheckpoint()
            .With("tokenizer.jsonl", """
                ["<|plamo:unk|>", 0.0, "UNKNOWN", null]
                ["<|plamo:bos|>", 0.0]
                ["a", -1.5, "NORMAL"]
                ["<0x41>", -2, "BYTE"]

                """)
            .With("tokenizer_config.json", """{"bos_token":"<|plamo:bos|>","unk_token":"<|plamo:unk|>","pad_token":null,"chat_template":"t"}""");

        Assert.Equal(
            [
                "model=plamo2", "pre=default", "tokens=<|plamo:unk|>|<|plamo:bos|>|a|<0x41>|[PAD1]|[PAD2]", "scores=f32 0 0 -1.5 -2 -1000 -1000", "token_type=2 3 1 6 5 5",
                "bos_token_id=1", "unknown_token_id=0", "eot_token_id=4", "add_space_prefix=false", "tokenizer.chat_template=t",
            ],
            KeyText.Load(checkpoint, TokenizerRequest.ForPlamo3(6)));
    }

    private static string Tekken(string version, int size, string special = "") =>
        $$"""
        {"config":{"version":"{{version}}","default_vocab_size":{{size}},"default_num_special_tokens":{{(special.Length > 0 ? 6 : 5)}}},
        "vocab":[{{string.Join(',', Enumerable.Range(0, 259).Select(rank => $$"""{"rank":{{rank}},"token_bytes":"{{Convert.ToBase64String(Token(rank))}}","token_str":null}"""))}}],
        "special_tokens":[{"rank":0,"token_str":"<unk>"},{"rank":1,"token_str":"<s>"},{"rank":2,"token_str":"</s>"},{"rank":3,"token_str":"<pad>"}{{special}}]}
        """;

    private static byte[] Token(int rank) => rank < 256 ? [(byte)rank] : [(byte)'a', (byte)('a' + rank - 256)];
}
