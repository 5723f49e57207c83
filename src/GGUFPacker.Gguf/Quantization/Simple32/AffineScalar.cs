using System.Buffers.Binary;
using GGUFPacker.Gguf.Quantization.Halves;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.Simple32;

/// <summary>
/// Q4_1 and Q5_1, one block of 32 at a time: with n bits the scale is (maximum - minimum) / (2^n - 1) and an element's code is
/// (x - minimum) / scale, rounded. Block: scale and minimum as halves, for Q5_1 the fifth bits, the low nibbles.
/// </summary>
internal static class AffineScalar
{
    /// <summary>Quantizes whole blocks with 4 or 5 bits.</summary>
    public static void Quantize(int bits, ReadOnlySpan<float> source, Span<byte> destination)
    {
        var highest = (1 << bits) - 1;
        var blockBytes = BlockBytes(bits);
        Span<byte> codes = stackalloc byte[NibbleBlocks.Length];
        for (; source.Length >= NibbleBlocks.Length; source = source[NibbleBlocks.Length..], destination = destination[blockBytes..])
        {
            var minimum = float.MaxValue;
            var maximum = -float.MaxValue;
            foreach (var value in source[..NibbleBlocks.Length])
            {
                if (value < minimum)
                {
                    minimum = value;
                }

                if (value > maximum)
                {
                    maximum = value;
                }
            }

            var scale = (maximum - minimum) / highest;
            var inverse = scale != 0 ? 1f / scale : 0f;
            for (var j = 0; j < NibbleBlocks.Length; j++)
            {
                var code = Arithmetic.TruncateToInt(((source[j] - minimum) * inverse) + 0.5f);

                // Only the four-bit reference takes a minimum, of the signed low byte; the five-bit one keeps the byte.
                codes[j] = bits == 4 ? (byte)Math.Min(highest, (sbyte)code) : (byte)code;
            }

            BinaryPrimitives.WriteUInt16LittleEndian(destination, HalfBits.FromSingle(scale));
            BinaryPrimitives.WriteUInt16LittleEndian(destination[2..], HalfBits.FromSingle(minimum));
            if (bits == 5)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], NibbleBlocks.PackHigh(codes));
            }

            NibbleBlocks.PackLow(bits, codes, destination[(blockBytes - 16)..]);
        }
    }

    /// <summary>Restores whole blocks: code * scale + minimum.</summary>
    public static void Dequantize(int bits, ReadOnlySpan<byte> source, Span<float> destination)
    {
        var blockBytes = BlockBytes(bits);
        Span<byte> codes = stackalloc byte[NibbleBlocks.Length];
        for (; destination.Length >= NibbleBlocks.Length; source = source[blockBytes..], destination = destination[NibbleBlocks.Length..])
        {
            var scale = HalfBits.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(source));
            var minimum = HalfBits.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(source[2..]));
            var high = bits == 5 ? BinaryPrimitives.ReadUInt32LittleEndian(source[4..]) : 0;
            NibbleBlocks.Unpack(source.Slice(blockBytes - 16, 16), high, codes);
            CodeExpansion.Affine(codes, scale, minimum, destination);
        }
    }

    private static int BlockBytes(int bits) => bits == 5 ? 24 : 20;
}
