using System.Buffers.Binary;
using GGUFPacker.Gguf.Quantization.Halves;

namespace GGUFPacker.Gguf.Quantization.Ternary;

/// <summary>
/// TQ2_0: 256 ternary digits of two bits in 64 bytes and a half scale. Each run of 128 elements fills 32 bytes: byte m has elements m, m+32, m+64
/// and m+96 of the run, the first in the lowest bits.
/// </summary>
internal static class TQ2_0Scalar
{
    private const int BlockBytes = 66;
    private const int ScaleAt = 64;

    /// <summary>Quantizes whole blocks.</summary>
    public static void Quantize(ReadOnlySpan<float> source, Span<byte> destination)
    {
        Span<int> digits = stackalloc int[TernaryScalar.Length];
        for (; source.Length >= TernaryScalar.Length; source = source[TernaryScalar.Length..], destination = destination[BlockBytes..])
        {
            TernaryScalar.Digits(source[..TernaryScalar.Length], destination[ScaleAt..], digits);
            for (var j = 0; j < ScaleAt; j++)
            {
                var run = digits[(j / 32 * 128)..];
                var m = j % 32;
                destination[j] = (byte)((run[m] & 3) | ((run[m + 32] & 3) << 2) | ((run[m + 64] & 3) << 4) | ((run[m + 96] & 3) << 6));
            }
        }
    }

    /// <summary>Restores whole blocks: (digit - 1) * scale; the fourth value of the two bits gives 2 * scale.</summary>
    public static void Dequantize(ReadOnlySpan<byte> source, Span<float> destination)
    {
        for (; destination.Length >= TernaryScalar.Length; source = source[BlockBytes..], destination = destination[TernaryScalar.Length..])
        {
            var scale = HalfBits.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(source[ScaleAt..]));
            for (var i = 0; i < TernaryScalar.Length; i++)
            {
                var packed = source[(i / 128 * 32) + (i % 32)];
                destination[i] = (((packed >> (i % 128 / 32 * 2)) & 3) - 1) * scale;
            }
        }
    }
}
