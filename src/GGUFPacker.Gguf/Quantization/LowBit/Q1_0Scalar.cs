using System.Buffers.Binary;
using GGUFPacker.Gguf.Quantization.Halves;

namespace GGUFPacker.Gguf.Quantization.LowBit;

/// <summary>
/// Q1_0, one block of 128 at a time: the scale (a half) is the mean magnitude, summed up from left to right; then one bit for each element, set if it is
/// at least zero, lowest bit first.
/// </summary>
internal static class Q1_0Scalar
{
    public const int Length = 128;
    public const int BlockBytes = 18;

    /// <summary>Quantizes whole blocks.</summary>
    public static void Quantize(ReadOnlySpan<float> source, Span<byte> destination)
    {
        for (; source.Length >= Length; source = source[Length..], destination = destination[BlockBytes..])
        {
            var sum = 0f;
            foreach (var value in source[..Length])
            {
                sum += MathF.Abs(value);
            }

            BinaryPrimitives.WriteUInt16LittleEndian(destination, HalfBits.FromSingle(sum / Length));
            destination[2..BlockBytes].Clear();
            for (var i = 0; i < Length; i++)
            {
                destination[2 + (i / 8)] |= (byte)((source[i] >= 0 ? 1 : 0) << (i % 8));
            }
        }
    }

    /// <summary>Restores whole blocks: the scale, or minus the scale.</summary>
    public static void Dequantize(ReadOnlySpan<byte> source, Span<float> destination)
    {
        for (; destination.Length >= Length; source = source[BlockBytes..], destination = destination[Length..])
        {
            var scale = HalfBits.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(source));
            for (var i = 0; i < Length; i++)
            {
                destination[i] = ((source[2 + (i / 8)] >> (i % 8)) & 1) != 0 ? scale : -scale;
            }
        }
    }
}
