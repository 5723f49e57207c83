using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Tests.Tokenizers.SentencePieceBytes;

namespace GGUFPacker.Conversion.Tests.Tokenizers;

/// <summary>What is special about the families that the reference data has no case for.</summary>
public sealed class TokenizerRequestTests
{
    private static readonly (string, float, byte)[] Pieces = [("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3), ("\0", 0, 1), ("[UNUSED_TOKEN_1]", 0, 1), ("▁a", -1.5f, 1)];

    [Fact]
    public void InternLm2_ends_a_chat_with_its_end_of_turn()
    {
        using var checkpoint = new TemporaryCheckpoint()
            .With("tokenizer.model", Model(2, [0x18, 0], Pieces))
            .With("added_tokens.json", """{"<x>":1}""")
            .With("tokenizer_config.json", """{"added_tokens_decoder":{"4":{"content":"<|im_end|>","special":true},"5":{"content":"▁b"}}}""")
            .With("config.json", """{"eos_token_id":2,"bos_token_id":1}""");

        Assert.Equal(
            [
                "model=llama", "pre=default", "tokens=<unk>|<s>|</s>|🐉|<|im_end|>|▁b|<x>", "scores=f32 0 0 0 0 -1000 -1000 -1000", "token_type=2 3 3 1 3 4 4",
                "add_space_prefix=false", "bos_token_id=1", "eos_token_id=4",
            ],
            KeyText.Load(checkpoint, TokenizerRequest.ForInternLm2(null)));
    }

    [Fact]
    public void InternLm3_keeps_the_eos_where_the_files_name_none()
    {
        using var checkpoint = new TemporaryCheckpoint()
            .With("tokenizer.model", Model(2, [], Pieces))
            .With("tokenizer_config.json", """{"add_prefix_space":null,"added_tokens_decoder":{"4":{"content":"<|im_end|>","special":true}}}""")
            .With("config.json", "{}");

        Assert.Equal("add_space_prefix=false", KeyText.Load(checkpoint, TokenizerRequest.ForInternLm3(null))[^1]);
        checkpoint.With("config.json", """{"eos_token_id":2}""");
        Assert.Equal(["add_space_prefix=false", "eos_token_id=4"], KeyText.Load(checkpoint, TokenizerRequest.ForInternLm3(null)).Skip(5));
    }

    [Fact]
    public void Phi3_takes_the_marks_of_both_files_and_no_other_signs()
    {
        using var checkpoint = new TemporaryCheckpoint()
            .With("tokenizer.model", Model(2, [], Pieces))
            .With("tokenizer_config.json", """{"tokenizer_class":"LlamaTokenizer","added_tokens_decoder":{"4":{"content":"<|x|>"}}}""")
            .With("tokenizer.json", TokenizerJsonText.ByteLevel(addedTokens: $"[{TokenizerJsonText.Added(6, "▁y", special: true)}]"));

        Assert.Equal(
            ["tokens=<unk>|<s>|</s>|\0|<|x|>|▁a|▁y|[PAD7]", "scores=f32 0 0 0 0 -1000 -1.5 -1000 -10000", "token_type=2 3 3 1 4 1 3 5"],
            KeyText.Load(checkpoint, TokenizerRequest.ForPhi3(8)).Skip(2).Take(3));
    }

    [Fact]
    public void Arctic_gives_pieces_another_meaning()
    {
        using var checkpoint = new TemporaryCheckpoint()
            .With("tokenizer.model", Model(2, [], Pieces))
            .With("added_tokens.json", """{"ignored":3}""")
            .With("tokenizer_config.json", """{"unk_token":"<unk>","added_tokens_decoder":{"0":{"content":"<unk>","special":true},"4":{"content":"<|x|>","special":true},"5":{"content":"y"}}}""");

        Assert.Equal(
            ["tokens=<unk>|<s>|</s>|\0|<|x|>|y", "scores=f32 0 0 0 0 0 -10000", "token_type=2 3 3 1 3 4"],
            KeyText.Load(checkpoint, TokenizerRequest.ForArctic(null)).Skip(2).Take(3));
    }

    [Fact]
    public void Fixed_ids_win_over_the_files_where_the_family_says_so()
    {
        using var checkpoint = new TemporaryCheckpoint().With("tokenizer.model", Model(2, [], Pieces)).With("config.json", """{"pad_token_id":2,"eos_token_id":2}""");

        Assert.Equal(["eos_token_id=2", "padding_token_id=0", "unknown_token_id=1"], KeyText.Load(checkpoint, TokenizerRequest.ForNemotron(null)).Skip(5));
        Assert.Equal(
            ["eos_token_id=1", "padding_token_id=3", "add_bos_token=false", "unknown_token_id=0"], KeyText.Load(checkpoint, TokenizerRequest.ForMpt(null)).Skip(5));
    }

    [Fact]
    public void Special_tokens_by_text_fill_what_the_files_leave_open()
    {
        using var checkpoint = ByteLevel("<|endoftext|>", "<|user|>", "[gMASK]", "<|observation|>").With("config.json", """{"eos_token_id":5}""");

        Assert.Equal(["eos_token_id=5", "eot_token_id=6", "unknown_token_id=5", "bos_token_id=5"], KeyText.Load(checkpoint, Named(TokenizerRequest.ForGlm4(null))).Skip(5));
        Assert.Equal(
            ["eos_token_id=5", "bos_token_id=7", "eot_token_id=6", "unknown_token_id=5", "eom_token_id=8"],
            KeyText.Load(checkpoint, Named(TokenizerRequest.ForGlm4Moe(null))).Skip(5));
        Assert.Contains("<unk>", Assert.Throws<CheckpointException>(() => KeyText.Load(checkpoint, Named(TokenizerRequest.ForSolarOpen(null)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Hunyuans_ids_are_corrected_and_a_negative_pad_is_left_out()
    {
        using var checkpoint = ByteLevel("<a>").With("config.json", """{"pad_token_id":-1,"eos_token_id":3}""").With("generation_config.json", """{"eos_token_id":[4,3]}""");
        var config = Config("""{"pad_token_id":-1,"eod_token_id":5}""");

        Assert.Equal(["eos_token_id=5", "eot_token_id=4"], KeyText.Load(checkpoint, Named(TokenizerRequest.ForHunyuan(null, config))).Skip(5));
    }

    [Fact]
    public void Laguna_makes_the_end_of_the_assistant_a_control_token()
    {
        using var checkpoint = ByteLevel("</assistant>").With("chat_template.jinja", "J")
            .With("tokenizer_config.json", """{"chat_template":"{% include 'chat_template.jinja' %}"}""");

        var keys = KeyText.Load(checkpoint, Named(TokenizerRequest.ForLaguna(null, Config("""{"bos_token_id":2,"eos_token_id":[2,5]}"""))));

        Assert.Equal("token_type=1 1 1 1 1 3", keys[3]);
        Assert.Equal(["tokenizer.chat_template=J", "eot_token_id=5"], keys.Skip(5));
    }

    [Fact]
    public void Added_tokens_of_diffusion_models_keep_their_text()
    {
        using var checkpoint = ByteLevel("<|a|>", "▁b");

        Assert.Equal(["tokens=a|b|Ġ|ab|Ġab|<|a|>|▁b", "token_type=1 1 1 1 1 4 4"], KeyText.Load(checkpoint, Named(TokenizerRequest.ForDiffusion(null, addsBos: true))).Skip(2).Take(2));
        Assert.Equal(["tokens=a|b|Ġ|ab|Ġab|<|a|>| b", "token_type=1 1 1 1 1 3 4"], KeyText.Load(checkpoint, Named(TokenizerRequest.ForGpt2(null))).Skip(2).Take(2));
    }

    [Fact]
    public void DeepSeek32_needs_the_bos()
    {
        using var checkpoint = ByteLevel("<a>").With("tokenizer_config.json", """{"add_bos_token":false}""");
        using var llama = ByteLevel("<a>").With("tokenizer_config.json", """{"tokenizer_class":"LlamaTokenizerFast"}""");

        Assert.Contains("add_bos_token", Assert.Throws<CheckpointException>(() => KeyText.Load(checkpoint, Named(TokenizerRequest.ForDeepseek32(null)))).Message, StringComparison.Ordinal);
        Assert.NotEmpty(KeyText.Load(llama, Named(TokenizerRequest.ForDeepseek32(null))));
    }

    [Fact]
    public void Infill_tokens_are_written_after_the_others_without_the_template()
    {
        using var checkpoint = ByteLevel("<a>").With("tokenizer_config.json", """{"chat_template":"T","eot_token":"<a>"}""");

        Assert.Equal(["tokenizer.chat_template=T", "eot_token_id=5"], KeyText.Load(checkpoint, Named(TokenizerRequest.ForRefact(null))).Skip(5));
    }

    [Fact]
    public void What_an_encoder_adds_holds_unless_the_tokenizer_says_otherwise()
    {
        using var silent = ByteLevel("<a>");
        using var clear = ByteLevel("<a>").With("tokenizer_config.json", """{"add_bos_token":true,"add_eos_token":false}""");

        Assert.Equal(["add_bos_token=true", "add_eos_token=true", "add_sep_token=true"], KeyText.Load(silent, Named(TokenizerRequest.ForModernBert(null))).Take(3));
        Assert.Equal(["add_bos_token=true", "add_eos_token=false", "add_sep_token=true"], KeyText.Load(clear, Named(TokenizerRequest.ForModernBert(null))).Take(3));
        Assert.Equal("add_bos_token=false", KeyText.Load(silent, Named(TokenizerRequest.ForEuroBert(null)))[0]);
    }

    [Fact]
    public void A_model_without_a_tokenizer_says_so()
    {
        using var checkpoint = new TemporaryCheckpoint().With("config.json", "{}");

        Assert.Equal(["model=none"], KeyText.Load(checkpoint, TokenizerRequest.ForNone()));
    }

    [Theory]
    [InlineData(5, 8, 8)]
    [InlineData(8, 8, 8)]
    [InlineData(9, 16, 16)]
    [InlineData(9, 1, 9)]
    public void Mambas_vocabulary_is_rounded_up(int size, int multiple, int padded)
    {
        Assert.Equal(padded, TokenizerRequest.ForMamba(size, multiple).VocabularySize);
        Assert.Equal(padded, TokenizerRequest.ForMamba2(size, multiple).VocabularySize);
    }

    [Fact]
    public void Mamba_without_tokenizer_files_is_refused_with_advice()
    {
        using var checkpoint = new TemporaryCheckpoint().With("config.json", "{}");
        using var older = new TemporaryCheckpoint().With("tokenizer.model.v3", "x");

        Assert.Contains("gpt-neox-20b", Assert.Throws<CheckpointException>(() => KeyText.Load(checkpoint, TokenizerRequest.ForMamba(8))).Message, StringComparison.Ordinal);
        Assert.Contains("Rename", Assert.Throws<CheckpointException>(() => KeyText.Load(older, TokenizerRequest.ForMamba2(8))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Qwen2_in_the_older_files_is_recognized_by_its_class()
    {
        using var checkpoint = new TemporaryCheckpoint()
            .With("vocab.json", """{"a":0,"b":1,"Ġ":2,"ab":3}""")
            .With("merges.txt", "#version: 0.2\na b\n\n")
            .With("tokenizer_config.json", """{"tokenizer_class":"Qwen2Tokenizer","added_tokens_decoder":{"4":{"content":"<|endoftext|>","special":true}}}""")
            .With("config.json", """{"eos_token_id":4}""");

        Assert.Equal(
            ["model=gpt2", "pre=qwen2", "tokens=a|b|Ġ|ab|<|endoftext|>|[PAD5]", "token_type=1 1 1 1 3 5", "merges=a b", "eos_token_id=4"],
            KeyText.Load(checkpoint, TokenizerRequest.ForQwen2(6)));
    }

    [Theory]
    [InlineData("""{"image_token":"<img>"}""")]
    [InlineData("""["<img>"]""")]
    public void Extra_special_tokens_are_control_tokens(string extra)
    {
        using var checkpoint = ByteLevel("<img>").With("tokenizer_config.json", $$"""{"extra_special_tokens":{{extra}}}""");

        Assert.Equal("token_type=1 1 1 1 1 3", KeyText.Load(checkpoint, Named(TokenizerRequest.ForGpt2(null)))[3]);
    }

    private static TokenizerRequest Named(TokenizerRequest request) => request with { PreTokenizer = "gpt-2" };

    private static TemporaryCheckpoint ByteLevel(params string[] added) => new TemporaryCheckpoint().With(
        "tokenizer.json", TokenizerJsonText.ByteLevel(addedTokens: $"[{string.Join(',', added.Select((token, index) => TokenizerJsonText.Added(5 + index, token)))}]"));

    private static ModelConfig Config(string json)
    {
        using var document = JsonDocument.Parse(json);
        return new ModelConfig(document.RootElement.Clone().EnumerateObject().Select(member => KeyValuePair.Create(member.Name, member.Value)));
    }
}
