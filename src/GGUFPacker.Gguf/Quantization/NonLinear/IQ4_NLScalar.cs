using System.Buffers.Binary;
using GGUFPacker.Gguf.Quantization.Halves;

namespace GGUFPacker.Gguf.Quantization.NonLinear;

/// <summary>IQ4_NL, one block of 32 at a time: the scale as half, then the codes.</summary>
internal static class IQ4_NLScalar
{
    public const int BlockBytes = 18;
    public const int CodesAt = 2;
    private const int Length = NonLinearSearchScalar.Length;

    /// <summary>Quantizes whole blocks; with an importance, whole rows of its length.</summary>
    public static void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination)
    {
        Span<float> weights = stackalloc float[Length];
        for (var at = 0; at < source.Length; at += Length, destination = destination[BlockBytes..])
        {
            var x = source.Slice(at, Length);
            NonLinearSearchScalar.Weigh(x, importance.IsEmpty ? [] : importance.Slice(at % importance.Length, Length), weights);
            var scale = NonLinearSearchScalar.Search(x, weights);
            BinaryPrimitives.WriteUInt16LittleEndian(destination, HalfBits.FromSingle(scale));
            NonLinearRun.Pack(x, NonLinearRun.Inverse(scale), destination.Slice(CodesAt, NonLinearRun.PackedBytes));
        }
    }

    /// <summary>Restores whole blocks.</summary>
    public static void Dequantize(ReadOnlySpan<byte> source, Span<float> destination)
    {
        for (; destination.Length >= Length; source = source[BlockBytes..], destination = destination[Length..])
        {
            NonLinearRun.Unpack(
                source.Slice(CodesAt, NonLinearRun.PackedBytes), HalfBits.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(source)), destination);
        }
    }
}
