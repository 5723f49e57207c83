using System.Buffers.Binary;
using GGUFPacker.Gguf.Quantization.Halves;

namespace GGUFPacker.Gguf.Quantization.LowBit;

/// <summary>
/// Q2_0, one block of 64 at a time: the scale (a half) is the largest magnitude; then two bits for each element, x / scale rounded half away from zero,
/// plus one, the first of a byte's four in its lowest bits.
/// </summary>
internal static class Q2_0Scalar
{
    public const int Length = 64;
    public const int BlockBytes = 18;

    /// <summary>Quantizes whole blocks.</summary>
    public static void Quantize(ReadOnlySpan<float> source, Span<byte> destination)
    {
        for (; source.Length >= Length; source = source[Length..], destination = destination[BlockBytes..])
        {
            // NaN does not count.
            var scale = 0f;
            foreach (var value in source[..Length])
            {
                scale = MathF.Abs(value) > scale ? MathF.Abs(value) : scale;
            }

            var inverse = scale > 0 ? 1f / scale : 0f;
            BinaryPrimitives.WriteUInt16LittleEndian(destination, HalfBits.FromSingle(scale));
            destination[2..BlockBytes].Clear();
            for (var i = 0; i < Length; i++)
            {
                var digit = Arithmetic.TruncateToInt(MathF.Round(source[i] * inverse, MidpointRounding.AwayFromZero)) + 1;
                destination[2 + (i / 4)] |= (byte)(Math.Clamp(digit, 0, 3) << (i % 4 * 2));
            }
        }
    }

    /// <summary>Restores whole blocks: (digit - 1) * scale; the fourth value of the two bits gives 2 * scale.</summary>
    public static void Dequantize(ReadOnlySpan<byte> source, Span<float> destination)
    {
        for (; destination.Length >= Length; source = source[BlockBytes..], destination = destination[Length..])
        {
            var scale = HalfBits.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(source));
            for (var i = 0; i < Length; i++)
            {
                destination[i] = (((source[2 + (i / 4)] >> (i % 4 * 2)) & 3) - 1) * scale;
            }
        }
    }
}
