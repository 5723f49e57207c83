namespace GGUFPacker.Gguf.Quantization.Microscaling;

/// <summary>The eight-bit scale E8M0 of the OCP Microscaling formats: 2^(e - 127).</summary>
internal static class E8M0
{
    private const int MantissaMask = 0x007FFFFF;

    /// <summary>Half the scale, for the doubled values of <see cref="E2M1"/>; the two lowest are subnormal.</summary>
    public static float ToHalfSingle(byte e) => BitConverter.UInt32BitsToSingle(e < 2 ? 0x00200000u << e : (e - 1u) << 23);

    /// <summary>
    /// The scale under which the largest magnitude of a block is within [4, 8): floor(log2(largest)) - 2. The logarithm is rounded to a float first, so that a
    /// number just below a power of two counts as that power; the result wraps as the low byte of C's conversion does. 0 for a block without a magnitude.
    /// </summary>
    public static byte FromLargest(float largest)
    {
        if (!(largest > 0))
        {
            return 0;
        }

        // The logarithm of a number this many units below a power of two is nearer to the float below the whole number than half its distance
        // (2^-18 at most, which is 46 units), so that only the rest needs the logarithm.
        var bits = BitConverter.SingleToInt32Bits(largest);
        if (bits is >= 0x00800000 and < 0x7F800000 && (bits & MantissaMask) < MantissaMask - 128)
        {
            return (byte)((bits >> 23) - 2);
        }

        var logarithm = (float)Math.Log2(largest);
        return (byte)Arithmetic.TruncateToInt(MathF.Floor(logarithm) - 2 + 127);
    }
}
