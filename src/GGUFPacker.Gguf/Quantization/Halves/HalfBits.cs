using System.Runtime.CompilerServices;

namespace GGUFPacker.Gguf.Quantization.Halves;

/// <summary>One number at a time between float32 and the 16-bit formats, by their bits: IEEE binary16 and bfloat16.</summary>
internal static class HalfBits
{
    public const float TwoTo112 = 5.192296858534828e33f;
    public const float TwoToMinus110 = 7.703719777548943e-34f;
    public const float TwoToMinus112 = 1.925929944387236e-34f;

    /// <summary>binary16 to float32, exact; a NaN keeps its payload and becomes quiet.</summary>
    public static float ToSingle(ushort half)
    {
        var magnitude = (uint)half << 17;
        var sign = ((uint)half & 0x8000) << 16;

        // A normal number (or infinity, NaN): its exponent is moved up by 224 and the value scaled back by 2^-112, which also keeps 255 at 255.
        // A subnormal one: its mantissa is put below 0.5, and 0.5 taken away.
        var bits = magnitude < 1u << 27
            ? BitConverter.SingleToUInt32Bits(BitConverter.UInt32BitsToSingle((magnitude >> 17) | (126u << 23)) - 0.5f)
            : BitConverter.SingleToUInt32Bits(BitConverter.UInt32BitsToSingle((magnitude >> 4) + (224u << 23)) * TwoToMinus112);
        return BitConverter.UInt32BitsToSingle(sign | bits);
    }

    /// <summary>float32 to binary16: nearest, ties to even, subnormals kept, overflow to infinity; every NaN becomes 7E00 with its sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort FromSingle(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        var sign = (bits >> 16) & 0x8000;
        var doubled = bits << 1;
        if (doubled > 0xFF000000)
        {
            return (ushort)(sign | 0x7E00);
        }

        // The two products send what is too large for a half to infinity. Adding a power of two chosen by the exponent makes the
        // float addition itself round at the half's last bit, which for subnormal halves is fixed (2^-24).
        var magnitude = MathF.Abs(value) * TwoTo112 * TwoToMinus110;
        var exponent = Math.Max(doubled & 0xFF000000, 0x71000000);
        var rounded = BitConverter.SingleToUInt32Bits(BitConverter.UInt32BitsToSingle((exponent >> 1) + 0x07800000) + magnitude);
        return (ushort)(sign | (((rounded >> 13) & 0x7C00) + (rounded & 0x0FFF)));
    }

    /// <summary>
    /// As <see cref="FromSingle"/>, but a NaN keeps the top ten bits of its payload, as numpy's cast does (the lowest bit is set if they are all zero).
    /// </summary>
    public static ushort FromSingleKeepingNaN(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        if (bits << 1 <= 0xFF000000)
        {
            return FromSingle(value);
        }

        var payload = (bits >> 13) & 0x03FF;
        return (ushort)(((bits >> 16) & 0x8000) | 0x7C00 | (payload == 0 ? 1 : payload));
    }

    /// <summary>bfloat16 to float32: its bits are the upper half of the float's.</summary>
    public static float BFloat16ToSingle(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>float32 to bfloat16: nearest, ties to even, subnormals kept; a NaN keeps its upper bits and becomes quiet.</summary>
    public static ushort BFloat16FromSingle(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (bits & 0x7FFFFFFF) > 0x7F800000
            ? (ushort)((bits >> 16) | 0x40)
            : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
