using System.Numerics;

namespace GGUFPacker.Gguf.Quantization.Halves;

/// <summary>
/// Runs of numbers between float32 and the 16-bit formats of GGUF, at the speed of memory. Halves are passed by their bits; source and destination
/// have the same length and do not overlap. The vector code does what <see cref="HalfBits"/> does, with both sides of each choice computed
/// and one selected; what does not fill a vector goes through <see cref="HalfBits"/>.
/// </summary>
public static class HalfConversions
{
    /// <summary>binary16 to float32, exact; a NaN keeps its payload and becomes quiet.</summary>
    public static void HalfToSingle(ReadOnlySpan<ushort> source, Span<float> destination) =>
        HalfToSingle(source, destination, Vector.IsHardwareAccelerated);

    /// <summary>float32 to binary16, nearest even, overflow to infinity; every NaN becomes 7E00 with its sign, as in ggml.</summary>
    public static void SingleToHalf(ReadOnlySpan<float> source, Span<ushort> destination) =>
        SingleToHalf(source, destination, Vector.IsHardwareAccelerated);

    /// <summary>As <see cref="SingleToHalf(ReadOnlySpan{float}, Span{ushort})"/>, but a NaN keeps the upper bits of its payload, as in numpy and so in llama.cpp's converter.</summary>
    public static void SingleToHalfKeepingNaN(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        SingleToHalf(source, destination);
        for (var i = 0; i < source.Length; i++)
        {
            // Every NaN has become 7E00, which nothing else becomes.
            if ((destination[i] & 0x7FFF) == 0x7E00)
            {
                destination[i] = HalfBits.FromSingleKeepingNaN(source[i]);
            }
        }
    }

    /// <summary>bfloat16 to float32, exact.</summary>
    public static void BFloat16ToSingle(ReadOnlySpan<ushort> source, Span<float> destination) =>
        BFloat16ToSingle(source, destination, Vector.IsHardwareAccelerated);

    /// <summary>float32 to bfloat16, nearest even, subnormals kept; a NaN keeps its upper bits and becomes quiet. ggml and llama.cpp's converter agree.</summary>
    public static void SingleToBFloat16(ReadOnlySpan<float> source, Span<ushort> destination) =>
        SingleToBFloat16(source, destination, Vector.IsHardwareAccelerated);

    internal static void HalfToSingle(ReadOnlySpan<ushort> source, Span<float> destination, bool useVectors)
    {
        CheckLengths(source.Length, destination.Length);
        var i = 0;
        for (; useVectors && i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(source[i..]), out var low, out var high);
            HalfToSingle(low).CopyTo(destination[i..]);
            HalfToSingle(high).CopyTo(destination[(i + Vector<float>.Count)..]);
        }

        for (; i < source.Length; i++)
        {
            destination[i] = HalfBits.ToSingle(source[i]);
        }
    }

    internal static void SingleToHalf(ReadOnlySpan<float> source, Span<ushort> destination, bool useVectors)
    {
        CheckLengths(source.Length, destination.Length);
        var i = 0;
        for (; useVectors && i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            var low = SingleToHalf(new Vector<float>(source[i..]));
            var high = SingleToHalf(new Vector<float>(source[(i + Vector<float>.Count)..]));
            Vector.Narrow(low, high).CopyTo(destination[i..]);
        }

        for (; i < source.Length; i++)
        {
            destination[i] = HalfBits.FromSingle(source[i]);
        }
    }

    internal static void BFloat16ToSingle(ReadOnlySpan<ushort> source, Span<float> destination, bool useVectors)
    {
        CheckLengths(source.Length, destination.Length);
        var i = 0;
        for (; useVectors && i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(source[i..]), out var low, out var high);
            Vector.AsVectorSingle(low << 16).CopyTo(destination[i..]);
            Vector.AsVectorSingle(high << 16).CopyTo(destination[(i + Vector<float>.Count)..]);
        }

        for (; i < source.Length; i++)
        {
            destination[i] = HalfBits.BFloat16ToSingle(source[i]);
        }
    }

    internal static void SingleToBFloat16(ReadOnlySpan<float> source, Span<ushort> destination, bool useVectors)
    {
        CheckLengths(source.Length, destination.Length);
        var i = 0;
        for (; useVectors && i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            var low = SingleToBFloat16(Vector.AsVectorUInt32(new Vector<float>(source[i..])));
            var high = SingleToBFloat16(Vector.AsVectorUInt32(new Vector<float>(source[(i + Vector<float>.Count)..])));
            Vector.Narrow(low, high).CopyTo(destination[i..]);
        }

        for (; i < source.Length; i++)
        {
            destination[i] = HalfBits.BFloat16FromSingle(source[i]);
        }
    }

    private static Vector<float> HalfToSingle(Vector<uint> half)
    {
        var magnitude = (half & new Vector<uint>(0x7FFF)) << 13;
        var sign = (half & new Vector<uint>(0x8000)) << 16;
        var normal = Vector.AsVectorSingle(magnitude + new Vector<uint>(224u << 23)) * new Vector<float>(HalfBits.TwoToMinus112);
        var subnormal = Vector.AsVectorSingle((magnitude >> 13) | new Vector<uint>(126u << 23)) - new Vector<float>(0.5f);
        var isSubnormal = Vector.LessThan(magnitude, new Vector<uint>(1u << 23));
        return Vector.AsVectorSingle(sign | Vector.AsVectorUInt32(Vector.ConditionalSelect(Vector.AsVectorInt32(isSubnormal), subnormal, normal)));
    }

    private static Vector<uint> SingleToHalf(Vector<float> value)
    {
        var bits = Vector.AsVectorUInt32(value);
        var sign = (bits >> 16) & new Vector<uint>(0x8000);
        var absolute = bits & new Vector<uint>(0x7FFFFFFF);
        var magnitude = Vector.AsVectorSingle(absolute) * new Vector<float>(HalfBits.TwoTo112) * new Vector<float>(HalfBits.TwoToMinus110);
        var exponent = Vector.Max(absolute & new Vector<uint>(0x7F800000), new Vector<uint>(0x38800000));
        var rounded = Vector.AsVectorUInt32(Vector.AsVectorSingle(exponent + new Vector<uint>(0x07800000)) + magnitude);
        var half = ((rounded >> 13) & new Vector<uint>(0x7C00)) + (rounded & new Vector<uint>(0x0FFF));
        var isNaN = Vector.GreaterThan(absolute, new Vector<uint>(0x7F800000));
        return sign | Vector.ConditionalSelect(isNaN, new Vector<uint>(0x7E00), half);
    }

    private static Vector<uint> SingleToBFloat16(Vector<uint> bits)
    {
        var upper = bits >> 16;
        var rounded = (bits + new Vector<uint>(0x7FFF) + (upper & Vector<uint>.One)) >> 16;
        var isNaN = Vector.GreaterThan(bits & new Vector<uint>(0x7FFFFFFF), new Vector<uint>(0x7F800000));
        return Vector.ConditionalSelect(isNaN, upper | new Vector<uint>(0x40), rounded);
    }

    private static void CheckLengths(int source, int destination)
    {
        if (source != destination)
        {
            throw new ArgumentException($"{source} numbers cannot be converted into a place for {destination}.");
        }
    }
}
