using System.Buffers.Binary;
using GGUFPacker.Gguf.Quantization.Halves;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.Simple32;

/// <summary>
/// Q4_0 and Q5_0, one block of 32 at a time. The element of largest magnitude becomes the lowest code: with n bits the scale is that element / -2^(n-1)
/// (it may be negative), and an element's code is x / scale + 2^(n-1), rounded. Block: the scale as half, for Q5_0 the fifth bits, the low nibbles.
/// </summary>
internal static class SymmetricScalar
{
    /// <summary>Quantizes whole blocks with 4 or 5 bits.</summary>
    public static void Quantize(int bits, ReadOnlySpan<float> source, Span<byte> destination)
    {
        var half = 1 << (bits - 1);
        var highest = (1 << bits) - 1;
        var offset = half + 0.5f;
        var blockBytes = BlockBytes(bits);
        Span<byte> codes = stackalloc byte[NibbleBlocks.Length];
        for (; source.Length >= NibbleBlocks.Length; source = source[NibbleBlocks.Length..], destination = destination[blockBytes..])
        {
            var largest = 0f;
            var extreme = 0f;
            foreach (var value in source[..NibbleBlocks.Length])
            {
                if (largest < MathF.Abs(value))
                {
                    largest = MathF.Abs(value);
                    extreme = value;
                }
            }

            var scale = extreme / -half;
            var inverse = scale != 0 ? 1f / scale : 0f;
            for (var j = 0; j < NibbleBlocks.Length; j++)
            {
                // The cast to a signed byte keeps the low eight bits, also of an out-of-range result, before the minimum is taken.
                codes[j] = (byte)Math.Min(highest, (sbyte)Arithmetic.TruncateToInt((source[j] * inverse) + offset));
            }

            BinaryPrimitives.WriteUInt16LittleEndian(destination, HalfBits.FromSingle(scale));
            if (bits == 5)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(destination[2..], NibbleBlocks.PackHigh(codes));
            }

            NibbleBlocks.PackLow(bits, codes, destination[(blockBytes - 16)..]);
        }
    }

    /// <summary>Restores whole blocks: (code - 2^(bits-1)) * scale.</summary>
    public static void Dequantize(int bits, ReadOnlySpan<byte> source, Span<float> destination)
    {
        var half = (byte)(1 << (bits - 1));
        var blockBytes = BlockBytes(bits);
        Span<byte> codes = stackalloc byte[NibbleBlocks.Length];
        for (; destination.Length >= NibbleBlocks.Length; source = source[blockBytes..], destination = destination[NibbleBlocks.Length..])
        {
            var scale = HalfBits.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(source));
            var high = bits == 5 ? BinaryPrimitives.ReadUInt32LittleEndian(source[2..]) : 0;
            NibbleBlocks.Unpack(source.Slice(blockBytes - 16, 16), high, codes);
            CodeExpansion.Symmetric(codes, half, scale, destination);
        }
    }

    private static int BlockBytes(int bits) => bits == 5 ? 22 : 18;
}
