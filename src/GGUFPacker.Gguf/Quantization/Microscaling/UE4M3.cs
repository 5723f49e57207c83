namespace GGUFPacker.Gguf.Quantization.Microscaling;

/// <summary>The scale of NVFP4: a float of four exponent bits (bias 7) and three mantissa bits, of which the sign bit is not used.</summary>
internal static class UE4M3
{
    private const float Largest = 448f;
    private const byte LargestBits = 0x7E;
    private static readonly float[] HalfSingles = [.. Enumerable.Range(0, 256).Select(bits => Restore((byte)bits))];

    /// <summary>
    /// Half the scale, for the doubled values of <see cref="E2M1"/>; 0 for 0x7F, which is the format's NaN. The highest bit counts only for that.
    /// </summary>
    public static float ToHalfSingle(byte bits) => HalfSingles[bits];

    /// <summary>The nearest scale (a tie goes up); 0 for what is not positive or is NaN, and 448 for all that rounds to 256 or more.</summary>
    public static byte FromSingle(float value)
    {
        if (!(value > 0f))
        {
            return 0;
        }

        value = Math.Min(value, Largest);
        var bits = BitConverter.SingleToInt32Bits(value);
        var exponent = (bits >> 23) - 127 + 7;
        if (exponent <= 0)
        {
            return (byte)Math.Min(7, (int)((value * 512f) + 0.5f));
        }

        // Adding the bit below the mantissa carries into the exponent by itself. The reference knows no numbers between 240 and 448.
        var rounded = (exponent << 3) + ((bits >> 20) & 7) + ((bits >> 19) & 1);
        return rounded < 15 << 3 ? (byte)rounded : LargestBits;
    }

    private static float Restore(byte bits)
    {
        var exponent = (bits >> 3) & 0x0F;
        var mantissa = bits & 7;
        return bits is 0 or 0x7F ? 0f
            : exponent == 0 ? MathF.ScaleB(mantissa, -10)
            : MathF.ScaleB(8 + mantissa, exponent - 11);
    }
}
