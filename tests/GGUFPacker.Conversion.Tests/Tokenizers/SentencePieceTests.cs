using System.Buffers.Binary;
using System.Text;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Tests.Tokenizers;

public sealed class SentencePieceTests
{
    private static readonly byte[] Model =
    [
        .. Piece("<unk>", 0, 2), .. Piece("<s>", 0, 3), .. Piece("<0x0A>", 0, 6), .. Piece("▁a", -1.5f), .. Piece("u", -2, 4), .. Piece("x", -3, 5),
        .. Field(2, [0x18, 2]), .. Field(3, Field(1, "nmt_nfkc"u8)),
    ];

    [Fact]
    public void Pieces_have_their_scores_and_types()
    {
        var model = SentencePieceModel.Read("tokenizer.model", Model);

        Assert.Equal(SentencePieceAlgorithm.Bpe, model.Algorithm);
        Assert.Equal(6, model.Pieces.Length);
        Assert.Equal(new SentencePiece("▁a", -1.5f, SentencePieceType.Normal), model.Pieces[3]);
    }

    [Fact]
    public void Added_tokens_replace_pieces_and_padding_fills_the_rest()
    {
        using var checkpoint = new TemporaryCheckpoint()
            .With("tokenizer.model", Model)
            .With("added_tokens.json", """{"▁tool":6,"late":50}""")
            .With("tokenizer_config.json", """{"added_tokens_decoder":{"0":{"content":"<unk>","special":true},"7":{"content":"▁x"},"8":{"content":"<|y|>"},"51":{"content":"z"}}}""");

        var tokenizer = TokenizerLoader.Load(checkpoint.Files, TokenizerRequest.ForLlama(10));
        var builder = new GgufMetadata.Builder();
        tokenizer.WriteTo(builder, "test");
        var metadata = builder.Build();

        Assert.True(metadata["tokenizer.ggml.tokens"]!.TryGetArray<GgufString>(out var tokens));
        Assert.True(metadata["tokenizer.ggml.scores"]!.TryGetArray<float>(out var scores));
        Assert.True(metadata["tokenizer.ggml.token_type"]!.TryGetArray<int>(out var types));
        Assert.Equal(["<unk>", "<s>", "<0x0A>", "▁a", "u", "x", "▁tool", " x", "<|y|>", "[PAD9]"], tokens.ToArray().Select(token => token.ToString()));
        Assert.Equal([-1000, 0, 0, -1.5f, -2, -3, -1000, -1000, -1000, -10000], scores.ToArray());
        Assert.Equal([3, 3, 6, 1, 1, 5, 4, 4, 3, 5], types.ToArray());
        Assert.Equal(2, tokenizer.Notes.Length);
    }

    [Fact]
    public void Pieces_beyond_the_vocabulary_size_are_left_out_with_a_note()
    {
        using var checkpoint = new TemporaryCheckpoint().With("tokenizer.model", Model);

        var tokenizer = TokenizerLoader.Load(checkpoint.Files, TokenizerRequest.ForLlama(4));

        Assert.Equal(4, tokenizer.Tokens.Count);
        Assert.Contains("4 to 5", Assert.Single(tokenizer.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_cut_of_a_model_is_an_error_or_a_shorter_model()
    {
        for (var length = 0; length < Model.Length; length++)
        {
            try
            {
                Assert.InRange(SentencePieceModel.Read("tokenizer.model", Model.AsMemory(0, length)).Pieces.Length, 1, 6);
            }
            catch (CheckpointException)
            {
                // What is cut inside a field.
            }
        }
    }

    [Theory]
    [InlineData("", "no pieces")]
    [InlineData("0A", "cut off")]
    [InlineData("0AFFFFFFFFFFFFFFFF7F", "cut off")]
    [InlineData("0AFFFFFFFFFFFFFFFFFFFF01", "more than ten bytes")]
    [InlineData("0B", "wire type 3")]
    [InlineData("00", "field number 0")]
    [InlineData("0A030A01FF", "not UTF-8")]
    [InlineData("0D0000", "cut off")]
    public void A_broken_model_is_an_error(string bytes, string message)
    {
        var exception = Assert.Throws<CheckpointException>(() => SentencePieceModel.Read("tokenizer.model", Convert.FromHexString(bytes)));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("added_tokens.json", """{"x":-1}""")]
    [InlineData("added_tokens.json", """{"x":"1"}""")]
    [InlineData("added_tokens.json", "[]")]
    [InlineData("tokenizer_config.json", """{"added_tokens_decoder":{"x":{"content":"y"}}}""")]
    [InlineData("tokenizer_config.json", """{"added_tokens_decoder":{"-1":{"content":"y"}}}""")]
    [InlineData("tokenizer_config.json", """{"added_tokens_decoder":{"1":{}}}""")]
    public void Broken_added_tokens_are_an_error(string file, string text)
    {
        using var checkpoint = new TemporaryCheckpoint().With("tokenizer.model", Model).With(file, text);

        Assert.Contains(file, Assert.Throws<CheckpointException>(() => TokenizerLoader.Load(checkpoint.Files, TokenizerRequest.ForLlama(10))).Message, StringComparison.Ordinal);
    }

    private static byte[] Piece(string text, float score, byte? type = null)
    {
        var bits = new byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bits, score);
        return Field(1, [.. Field(1, Encoding.UTF8.GetBytes(text)), 0x15, .. bits, .. type is { } value ? new byte[] { 0x18, value } : []]);
    }

    private static byte[] Field(int number, ReadOnlySpan<byte> content) => [(byte)((number << 3) | 2), (byte)content.Length, .. content];
}
