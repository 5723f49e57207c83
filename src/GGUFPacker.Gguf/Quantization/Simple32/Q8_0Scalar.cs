using System.Buffers.Binary;
using System.Runtime.InteropServices;
using GGUFPacker.Gguf.Quantization.Halves;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.Simple32;

/// <summary>
/// Q8_0, one block of 32 at a time: the scale is the largest magnitude / 127 (a half), then the 32 codes x / scale as signed bytes,
/// rounded half away from zero.
/// </summary>
internal static class Q8_0Scalar
{
    private const int BlockBytes = 34;

    /// <summary>Quantizes whole blocks.</summary>
    public static void Quantize(ReadOnlySpan<float> source, Span<byte> destination)
    {
        for (; source.Length >= NibbleBlocks.Length; source = source[NibbleBlocks.Length..], destination = destination[BlockBytes..])
        {
            var largest = 0f;
            foreach (var value in source[..NibbleBlocks.Length])
            {
                // A NaN takes the place of what was largest before it and yields to what comes after it.
                largest = largest > MathF.Abs(value) ? largest : MathF.Abs(value);
            }

            var scale = largest / 127f;
            var inverse = scale != 0 ? 1f / scale : 0f;
            BinaryPrimitives.WriteUInt16LittleEndian(destination, HalfBits.FromSingle(scale));
            for (var j = 0; j < NibbleBlocks.Length; j++)
            {
                destination[2 + j] = (byte)Arithmetic.TruncateToInt(MathF.Round(source[j] * inverse, MidpointRounding.AwayFromZero));
            }
        }
    }

    /// <summary>Restores whole blocks: code * scale.</summary>
    public static void Dequantize(ReadOnlySpan<byte> source, Span<float> destination)
    {
        for (; destination.Length >= NibbleBlocks.Length; source = source[BlockBytes..], destination = destination[NibbleBlocks.Length..])
        {
            var scale = HalfBits.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(source));
            var codes = MemoryMarshal.Cast<byte, sbyte>(source.Slice(2, NibbleBlocks.Length));
            CodeExpansion.Signed(codes, scale, destination);
        }
    }
}
