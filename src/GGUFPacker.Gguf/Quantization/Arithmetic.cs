namespace GGUFPacker.Gguf.Quantization;

/// <summary>
/// The conversions in which C on x86-64, the program whose bytes we reproduce, and .NET differ.
/// .NET saturates an out-of-range float; the cvttss2si instruction answers with the lowest integer.
/// </summary>
internal static class Arithmetic
{
    /// <summary>1.5 * 2^23: adding it to a float of magnitude up to 2^22 leaves the nearest integer (ties to even) in the low mantissa bits.</summary>
    public const float RoundingBias = 12582912f;

    /// <summary>The largest magnitude for which <see cref="NearestInt"/> is the nearest integer and not a wrapped number.</summary>
    public const float NearestIntLimit = 4194303f;

    /// <summary>The greatest float below 0.5: added with a number's sign before the fraction is cut off, it rounds half away from zero.</summary>
    public const float BelowHalf = 0.49999997f;

    /// <summary>C's <c>(int)value</c> as cvttss2si does it: towards zero, int.MinValue for everything out of range and NaN.</summary>
    public static int TruncateToInt(float value) =>
        value is >= -2147483648f and < 2147483648f ? (int)value : int.MinValue;

    /// <summary>C's <c>lroundf</c> on Linux: half away from zero, long.MinValue for everything out of range and NaN.</summary>
    public static long RoundToLong(float value)
    {
        var rounded = MathF.Round(value, MidpointRounding.AwayFromZero);
        return rounded is >= -9223372036854775808f and < 9223372036854775808f ? (long)rounded : long.MinValue;
    }

    /// <summary>
    /// The nearest integer, ties to even, by the rounding bias. Beyond <see cref="NearestIntLimit"/>, for infinities and NaN the result is
    /// whatever the mantissa bits say; that is part of the format's reference, so it is kept.
    /// </summary>
    public static int NearestInt(float value) =>
        (BitConverter.SingleToInt32Bits(value + RoundingBias) & 0x007FFFFF) - 0x00400000;
}
