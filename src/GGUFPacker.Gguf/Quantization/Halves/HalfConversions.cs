namespace GGUFPacker.Gguf.Quantization.Halves;

/// <summary>
/// Runs of numbers between float32 and the 16-bit formats of GGUF. Halves are passed by their bits; source and destination have
/// the same length and do not overlap.
/// </summary>
public static class HalfConversions
{
    /// <summary>binary16 to float32, exact.</summary>
    public static void HalfToSingle(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        CheckLengths(source.Length, destination.Length);
        for (var i = 0; i < source.Length; i++)
        {
            destination[i] = HalfBits.ToSingle(source[i]);
        }
    }

    /// <summary>float32 to binary16, nearest even, overflow to infinity; every NaN becomes 7E00 with its sign, as in ggml.</summary>
    public static void SingleToHalf(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        CheckLengths(source.Length, destination.Length);
        for (var i = 0; i < source.Length; i++)
        {
            destination[i] = HalfBits.FromSingle(source[i]);
        }
    }

    /// <summary>As <see cref="SingleToHalf"/>, but a NaN keeps the upper bits of its payload, as in numpy and so in llama.cpp's converter.</summary>
    public static void SingleToHalfKeepingNaN(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        CheckLengths(source.Length, destination.Length);
        for (var i = 0; i < source.Length; i++)
        {
            destination[i] = HalfBits.FromSingleKeepingNaN(source[i]);
        }
    }

    /// <summary>bfloat16 to float32, exact.</summary>
    public static void BFloat16ToSingle(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        CheckLengths(source.Length, destination.Length);
        for (var i = 0; i < source.Length; i++)
        {
            destination[i] = HalfBits.BFloat16ToSingle(source[i]);
        }
    }

    /// <summary>float32 to bfloat16, nearest even, subnormals kept; a NaN keeps its upper bits and becomes quiet. ggml and llama.cpp's converter agree.</summary>
    public static void SingleToBFloat16(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        CheckLengths(source.Length, destination.Length);
        for (var i = 0; i < source.Length; i++)
        {
            destination[i] = HalfBits.BFloat16FromSingle(source[i]);
        }
    }

    private static void CheckLengths(int source, int destination)
    {
        if (source != destination)
        {
            throw new ArgumentException($"{source} numbers cannot be converted into a place for {destination}.");
        }
    }
}
