using System.Buffers.Binary;
using System.Text;

namespace GGUFPacker.Conversion.Tests.Tokenizers;

/// <summary>SentencePiece model files, made by hand.</summary>
internal static class SentencePieceBytes
{
    /// <summary>A model of pieces.</summary>
    /// <param name="algorithm">1 for Unigram, 2 for BPE.</param>
    /// <param name="normalizer">The fields of the normalizer.</param>
    /// <param name="pieces">The pieces with their scores and types.</param>
    public static byte[] Model(byte algorithm, byte[] normalizer, params (string Text, float Score, byte Type)[] pieces) =>
        [.. pieces.SelectMany(piece => Piece(piece.Text, piece.Score, piece.Type)), .. Field(2, [0x18, algorithm]), .. Field(3, normalizer)];

    /// <summary>A field of bytes.</summary>
    public static byte[] Field(int number, ReadOnlySpan<byte> content) => [(byte)((number << 3) | 2), (byte)content.Length, .. content];

    private static byte[] Piece(string text, float score, byte type)
    {
        var bits = new byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bits, score);
        return Field(1, [.. Field(1, Encoding.UTF8.GetBytes(text)), 0x15, .. bits, 0x18, type]);
    }
}
