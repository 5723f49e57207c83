using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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

    /// <summary>
    /// As <see cref="SingleToHalf(ReadOnlySpan{float}, Span{ushort})"/>, but a NaN keeps the upper bits of its payload, as in numpy and so in llama.cpp's
    /// converter.
    /// </summary>
    public static void SingleToHalfKeepingNaN(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        SingleToHalf(source, destination);

        // Every NaN has become 7E00 or FE00, which nothing else becomes.
        for (var i = 0; destination[i..].IndexOfAny((ushort)0x7E00, (ushort)0xFE00) is >= 0 and var next; i += next + 1)
        {
            destination[i + next] = HalfBits.FromSingleKeepingNaN(source[i + next]);
        }
    }

    /// <summary>bfloat16 to float32, exact.</summary>
    public static void BFloat16ToSingle(ReadOnlySpan<ushort> source, Span<float> destination) =>
        BFloat16ToSingle(source, destination, Vector.IsHardwareAccelerated);

    /// <summary>
    /// float32 to bfloat16, nearest even, subnormals kept; a NaN keeps its upper bits and becomes quiet. ggml and llama.cpp's converter agree.
    /// </summary>
    public static void SingleToBFloat16(ReadOnlySpan<float> source, Span<ushort> destination) =>
        SingleToBFloat16(source, destination, Vector.IsHardwareAccelerated);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void HalfToSingle(ReadOnlySpan<ushort> source, Span<float> destination, bool useVectors)
    {
        CheckLengths(source.Length, destination.Length);
        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(destination);
        var i = 0;
        for (; useVectors && i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(Vector.LoadUnsafe(ref from, (nuint)i), out var low, out var high);
            HalfToSingle(Vector.AsVectorInt32(low)).StoreUnsafe(ref to, (nuint)i);
            HalfToSingle(Vector.AsVectorInt32(high)).StoreUnsafe(ref to, (nuint)(i + Vector<float>.Count));
        }

        for (; i < source.Length; i++)
        {
            destination[i] = HalfBits.ToSingle(source[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void SingleToHalf(ReadOnlySpan<float> source, Span<ushort> destination, bool useVectors)
    {
        CheckLengths(source.Length, destination.Length);
        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(destination);
        var i = 0;
        for (; useVectors && i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            var low = SingleToHalf(Vector.AsVectorInt32(Vector.LoadUnsafe(ref from, (nuint)i)));
            var high = SingleToHalf(Vector.AsVectorInt32(Vector.LoadUnsafe(ref from, (nuint)(i + Vector<float>.Count))));
            Vector.Narrow(Vector.AsVectorUInt32(low), Vector.AsVectorUInt32(high)).StoreUnsafe(ref to, (nuint)i);
        }

        for (; i < source.Length; i++)
        {
            destination[i] = HalfBits.FromSingle(source[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void BFloat16ToSingle(ReadOnlySpan<ushort> source, Span<float> destination, bool useVectors)
    {
        CheckLengths(source.Length, destination.Length);
        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(destination);
        var i = 0;
        for (; useVectors && i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(Vector.LoadUnsafe(ref from, (nuint)i), out var low, out var high);
            Vector.AsVectorSingle(low << 16).StoreUnsafe(ref to, (nuint)i);
            Vector.AsVectorSingle(high << 16).StoreUnsafe(ref to, (nuint)(i + Vector<float>.Count));
        }

        for (; i < source.Length; i++)
        {
            destination[i] = HalfBits.BFloat16ToSingle(source[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void SingleToBFloat16(ReadOnlySpan<float> source, Span<ushort> destination, bool useVectors)
    {
        CheckLengths(source.Length, destination.Length);
        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(destination);
        var i = 0;
        for (; useVectors && i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            var low = SingleToBFloat16(Vector.AsVectorInt32(Vector.LoadUnsafe(ref from, (nuint)i)));
            var high = SingleToBFloat16(Vector.AsVectorInt32(Vector.LoadUnsafe(ref from, (nuint)(i + Vector<float>.Count))));
            Vector.Narrow(Vector.AsVectorUInt32(low), Vector.AsVectorUInt32(high)).StoreUnsafe(ref to, (nuint)i);
        }

        for (; i < source.Length; i++)
        {
            destination[i] = HalfBits.BFloat16FromSingle(source[i]);
        }
    }

    // Magnitudes are compared as signed integers, for which processors have the instruction; none has its top bit set.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> HalfToSingle(Vector<int> half)
    {
        var magnitude = (half & new Vector<int>(0x7FFF)) << 13;
        var sign = (half << 16) & new Vector<int>(int.MinValue);
        var normal = Vector.AsVectorSingle(magnitude + new Vector<int>(224 << 23)) * new Vector<float>(HalfBits.TwoToMinus112);
        var subnormal = Vector.AsVectorSingle((magnitude >> 13) | new Vector<int>(126 << 23)) - new Vector<float>(0.5f);
        var isSubnormal = Vector.LessThan(magnitude, new Vector<int>(1 << 23));
        return Vector.AsVectorSingle(sign | Vector.AsVectorInt32(Vector.ConditionalSelect(isSubnormal, subnormal, normal)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<int> SingleToHalf(Vector<int> bits)
    {
        var sign = (bits >> 16) & new Vector<int>(0x8000);
        var absolute = bits & new Vector<int>(0x7FFFFFFF);
        var magnitude = Vector.AsVectorSingle(absolute) * new Vector<float>(HalfBits.TwoTo112) * new Vector<float>(HalfBits.TwoToMinus110);
        var exponent = Vector.Max(absolute & new Vector<int>(0x7F800000), new Vector<int>(0x38800000));
        var rounded = Vector.AsVectorInt32(Vector.AsVectorSingle(exponent + new Vector<int>(0x07800000)) + magnitude);
        var half = ((rounded >> 13) & new Vector<int>(0x7C00)) + (rounded & new Vector<int>(0x0FFF));
        var isNaN = Vector.GreaterThan(absolute, new Vector<int>(0x7F800000));
        return sign | Vector.ConditionalSelect(isNaN, new Vector<int>(0x7E00), half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<int> SingleToBFloat16(Vector<int> bits)
    {
        var upper = Vector.ShiftRightLogical(bits, 16);
        var rounded = Vector.ShiftRightLogical(bits + new Vector<int>(0x7FFF) + (upper & Vector<int>.One), 16);
        var isNaN = Vector.GreaterThan(bits & new Vector<int>(0x7FFFFFFF), new Vector<int>(0x7F800000));
        return Vector.ConditionalSelect(isNaN, upper | new Vector<int>(0x40), rounded);
    }

    private static void CheckLengths(int source, int destination)
    {
        if (source != destination)
        {
            throw new ArgumentException($"{source} numbers cannot be converted into a place for {destination}.");
        }
    }
}
