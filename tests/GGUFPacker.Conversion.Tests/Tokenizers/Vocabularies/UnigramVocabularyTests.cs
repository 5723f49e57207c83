using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Tests.Tokenizers.SentencePieceBytes;

namespace GGUFPacker.Conversion.Tests.Tokenizers.Vocabularies;

public sealed class UnigramVocabularyTests
{
    // A character map of four bytes, no dummy prefix.
    private static readonly byte[] Normalizer = [.. Field(2, [1, 2, 3, 4]), 0x18, 0];

    private static readonly (string, float, byte)[] Pieces = [("<pad>", 0, 3), ("</s>", 0, 3), ("<unk>", 0, 2), ("▁a", -1.5f, 1), ("b", -2, 1), ("c", -3, 1)];

    [Fact]
    public void T5_takes_spiece_model_with_its_character_map()
    {
        using var checkpoint = new TemporaryCheckpoint().With("spiece.model", Model(1, Normalizer, Pieces)).With("added_tokens.json", """{"<x>":7,"late":99}""");

        Assert.Equal(
            [
                "model=t5", "pre=default", "tokens=<pad>|</s>|<unk>|▁a|b|c|[PAD6]|<x>", "scores=f32 0 0 0 -1.5 -2 -3 -10000 -1000", "token_type=3 3 2 1 1 1 5 4",
                "add_space_prefix=false", "remove_extra_whitespaces=true", "precompiled_charsmap=01020304",
            ],
            KeyText.Load(checkpoint, TokenizerRequest.ForT5(8)));
    }

    [Fact]
    public void T5_without_a_character_map_writes_none_and_a_bpe_in_tokenizer_model_is_sentencepiece()
    {
        using var plain = new TemporaryCheckpoint().With("tokenizer.model", Model(1, [], Pieces));
        using var bpe = new TemporaryCheckpoint().With("tokenizer.model", Model(2, [], Pieces));

        Assert.DoesNotContain(KeyText.Load(plain, TokenizerRequest.ForT5(null)), key => key.StartsWith("precompiled", StringComparison.Ordinal));
        Assert.Equal("model=llama", KeyText.Load(bpe, TokenizerRequest.ForT5(null))[0]);
    }

    [Fact]
    public void T5_refuses_a_bpe_in_spiece_model_and_more_pieces_than_the_model_has()
    {
        using var bpe = new TemporaryCheckpoint().With("spiece.model", Model(2, [], Pieces));
        using var small = new TemporaryCheckpoint().With("spiece.model", Model(1, [], Pieces));

        Assert.Contains("Bpe", Assert.Throws<CheckpointException>(() => KeyText.Load(bpe, TokenizerRequest.ForT5(null))).Message, StringComparison.Ordinal);
        Assert.Contains("vocab_size is 4", Assert.Throws<CheckpointException>(() => KeyText.Load(small, TokenizerRequest.ForT5(4))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void XlmRoberta_moves_the_pieces_by_one_and_loses_the_last_id()
    {
        using var checkpoint = new TemporaryCheckpoint()
            .With("sentencepiece.bpe.model", Model(1, Normalizer, ("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3), (",", -1, 1), ("▁a", -2, 1)));

        Assert.Equal(
            [
                "model=t5", "pre=default", "tokens=<s>|<pad>|</s>|<unk>|,|▁a|[PAD5]", "scores=f32 0 0 0 0 -1 -2 -10000", "token_type=3 3 3 2 1 1 5",
                "add_space_prefix=false", "token_type_count=2", "remove_extra_whitespaces=true", "precompiled_charsmap=01020304",
            ],
            KeyText.Load(checkpoint, TokenizerRequest.ForXlmRoberta(7, 2)));
    }

    [Fact]
    public void XlmRoberta_takes_tokenizer_json_where_it_is_alone()
    {
        using var checkpoint = new TemporaryCheckpoint()
            .With("tokenizer_config.json", """{"unk_token":"<unk>","pad_token":"<pad>","clean_up_tokenization_spaces":true}""")
            .With("tokenizer.json", """
                {"added_tokens":[{"id":0,"content":"<pad>","special":true},{"id":1,"content":"<unk>","special":true},{"id":4,"content":"<n>"}],
                "normalizer":{"type":"Precompiled","precompiled_charsmap":"AQID"},"pre_tokenizer":{"type":"Metaspace"},"post_processor":null,"decoder":null,
                "model":{"type":"Unigram","unk_id":1,"vocab":[["<pad>",0],["<unk>",0],["▁a",-1.5],["b",-2],["<n>",0]]}}
                """);

        Assert.Equal(
            [
                "model=t5", "pre=default", "tokens=<pad>|<unk>|▁a|b|<n>|[PAD5]", "scores=f32 0 0 -1.5 -2 0 -10000", "token_type=3 2 1 1 4 5",
                "add_space_prefix=false", "token_type_count=1", "remove_extra_whitespaces=true", "precompiled_charsmap=010203",
                "unknown_token_id=1", "padding_token_id=0",
            ],
            KeyText.Load(checkpoint, TokenizerRequest.ForXlmRoberta(6, 1)));
    }
}
