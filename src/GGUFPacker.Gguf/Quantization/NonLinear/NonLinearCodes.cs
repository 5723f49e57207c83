namespace GGUFPacker.Gguf.Quantization.NonLinear;

/// <summary>
/// The sixteen values that a four-bit code of IQ4_NL and IQ4_XS stands for, closer to each other near zero (kvalues_iq4nl of ggml), and which of them is
/// nearest to a number.
/// <para>
/// ggml finds two neighbours a and b with a binary search and takes the lower one if x - a &lt; b - x. That is the same as x &lt; (a + b) / 2: the midpoint and
/// its distance to both are exact, no neighbours are more than twice the next power of two apart, so that next to the midpoint both subtractions are
/// exact, and farther away rounding, which keeps order, cannot turn the comparison round. NaN, for which every comparison is false, gets the highest code.
/// </para>
/// </summary>
internal static class NonLinearCodes
{
    /// <summary>The code in the middle: its value is next to zero, and the boundaries beside it have different signs.</summary>
    public const int Middle = 8;

    /// <summary>What each code stands for.</summary>
    public static ReadOnlySpan<float> Values => [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

    /// <summary>Number k is the least of which the code is above k: the middle between the values of k and k + 1.</summary>
    public static ReadOnlySpan<float> Boundaries => [-115.5f, -93.5f, -74, -57, -42, -28.5f, -16, -4.5f, 7, 19, 31.5f, 45.5f, 61, 79, 101];

    /// <summary>The code whose value is nearest to <paramref name="x"/>; of two equally near the higher.</summary>
    public static int Nearest(float x)
    {
        var code = 0;
        for (var step = 8; step > 0; step /= 2)
        {
            code += x < Boundaries[code + step - 1] ? 0 : step;
        }

        return code;
    }
}
