using GGUFPacker.Conversion.Tokenizers;

namespace GGUFPacker.Conversion.Tests.Tokenizers.Vocabularies;

public sealed class WordPieceVocabularyTests
{
    private const string Words = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##b\n";

    [Fact]
    public void Words_get_a_space_and_continuations_lose_their_mark()
    {
        using var checkpoint = new TemporaryCheckpoint().With("vocab.txt", Words).With("tokenizer_config.json", """{"tokenizer_class":"BertTokenizer"}""");

        Assert.Equal(
            ["token_type_count=2", "model=bert", "pre=bert-bge", "tokens=[PAD]|[UNK]|[CLS]|[SEP]|[MASK]|▁a|b|▁[PAD7]", "token_type=3 3 3 3 3 1 1 5"],
            KeyText.Load(checkpoint, TokenizerRequest.ForBert(8, 2)));
    }

    [Fact]
    public void Jinas_class_decides_between_word_piece_and_byte_level()
    {
        using var bert = new TemporaryCheckpoint().With("vocab.txt", Words).With("tokenizer_config.json", """{"tokenizer_class":"BertTokenizerFast"}""");
        using var roberta = new TemporaryCheckpoint().With("tokenizer.json", TokenizerJsonText.ByteLevel()).With("tokenizer_config.json", """{"tokenizer_class":"RobertaTokenizer"}""");
        using var words = new TemporaryCheckpoint()
            .With("tokenizer.json", TokenizerJsonText.ByteLevel(preTokenizer: """{"type":"Whitespace"}"""))
            .With("tokenizer_config.json", """{"tokenizer_class":"RobertaTokenizer"}""");

        Assert.Contains("model=bert", KeyText.Load(bert, TokenizerRequest.ForJinaBert(8, 2)));
        Assert.Equal("token_type_count=2", KeyText.Load(roberta, TokenizerRequest.ForJinaBert(16, 2))[^1]);
        Assert.Equal(["model=whitespace", "pre=whitespace"], KeyText.Load(words, TokenizerRequest.ForJinaBert(16, 2)).Take(2));
    }
}
