using System.Text.Json;
using GGUFPacker.Conversion.Tokenizers;

namespace GGUFPacker.Conversion.Tests.Tokenizers;

public sealed class TokenDecoderTests
{
    [Theory]
    [InlineData("""{"type":"ByteLevel"}""", "Ġabc", " abc")]
    [InlineData("""{"type":"ByteLevel"}""", "<｜x▁y｜>", "<｜x▁y｜>")]
    [InlineData("""{"type":"ByteLevel"}""", "é", "\uFFFD")]
    [InlineData("""{"type":"ByteLevel"}""", "Ã©", "é")]
    [InlineData("""{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"}]}""", "▁a", " a")]
    [InlineData("""{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Strip","content":" ","start":1,"stop":0}]}""", "  a ", " a ")]
    [InlineData("""{"type":"ByteFallback"}""", "<0x41>", "A")]
    [InlineData("""{"type":"ByteFallback"}""", "<0xFF>", "\uFFFD")]
    [InlineData("""{"type":"Strip","content":" ","start":"x"}""", " a", " a")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"never"}""", "▁a", " a")]
    [InlineData("""{"type":"Metaspace","replacement":"▁"}""", "▁a", "a")]
    [InlineData("""{"type":"WordPiece","prefix":"##","cleanup":true}""", "a .", "a.")]
    [InlineData("null", "Ġa", "Ġa")]
    public void A_token_alone_is_decoded_as_the_library_does(string decoder, string token, string text)
    {
        using var checkpoint = new TemporaryCheckpoint().With(
            "tokenizer.json", TokenizerJsonText.ByteLevel().Replace("""{"type":"ByteLevel"}""", decoder, StringComparison.Ordinal));

        Assert.Equal(text, new TokenDecoder(AutoTokenizer.Load(checkpoint.Files)).Decode(token));
    }

    [Fact]
    public void Spaces_before_punctuation_go_where_the_configuration_says_so()
    {
        using var checkpoint = new TemporaryCheckpoint()
            .With("tokenizer.json", TokenizerJsonText.ByteLevel())
            .With("tokenizer_config.json", JsonSerializer.Serialize(new Dictionary<string, bool> { ["clean_up_tokenization_spaces"] = true }));

        Assert.Equal("a.b!", new TokenDecoder(AutoTokenizer.Load(checkpoint.Files)).Decode("aĠ.bĠ!"));
    }
}
