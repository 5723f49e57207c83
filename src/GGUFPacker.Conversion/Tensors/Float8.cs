using System.Collections.Immutable;

namespace GGUFPacker.Conversion.Tensors;

/// <summary>The values of the 8-bit floats of the Open Compute Project, by their bits.</summary>
internal static class Float8
{
    /// <summary>4 bits of exponent, 3 of mantissa, no infinity; all ones is NaN.</summary>
    public static ImmutableArray<float> E4M3 { get; } = Table(bits => (bits & 0x7F) == 0x7F ? float.NaN : Value(bits, 3, 7));

    /// <summary>5 bits of exponent, 2 of mantissa, with infinity and NaN as binary16 has them: it is binary16's upper byte.</summary>
    public static ImmutableArray<float> E5M2 { get; } = Table(bits => (float)BitConverter.UInt16BitsToHalf((ushort)(bits << 8)));

    /// <summary>A power of two without sign, as the scale of a block; all ones is NaN.</summary>
    public static ImmutableArray<float> E8M0 { get; } = Table(bits => bits == 0xFF ? float.NaN : MathF.ScaleB(1, bits - 127));

    private static ImmutableArray<float> Table(Func<int, float> value) => [.. Enumerable.Range(0, 256).Select(value)];

    private static float Value(int bits, int mantissaBits, int bias)
    {
        var sign = (bits & 0x80) != 0 ? -1f : 1f;
        var exponent = (bits & 0x7F) >> mantissaBits;
        var mantissa = bits & ((1 << mantissaBits) - 1);
        return exponent == 0
            ? sign * MathF.ScaleB(mantissa, 1 - bias - mantissaBits)
            : sign * MathF.ScaleB((1 << mantissaBits) + mantissa, exponent - bias - mantissaBits);
    }
}
