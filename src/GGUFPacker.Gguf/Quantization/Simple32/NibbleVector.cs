using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.Simple32;

/// <summary>
/// Codes and their packing for the four types with nibbles, with the elements of one block in the lanes (a divisor of 16): element j goes with element
/// j + 16, and both stay in registers. The codes are small whole numbers, so that arithmetic on them as floats is exact.
/// </summary>
internal static unsafe class NibbleVector<T>
    where T : unmanaged, ILanes<T>
{
    /// <summary>Packs the block's codes (x - minimum) * inverse + offset, without their fraction, at most the highest code; none is negative.</summary>
    /// <param name="bits">4 or 5.</param>
    /// <param name="x">The 32 elements.</param>
    /// <param name="minimum">What is taken away first.</param>
    /// <param name="inverse">The inverse of the scale.</param>
    /// <param name="offset">What is added last; with one half, it makes cutting off a rounding.</param>
    /// <param name="low">Sixteen bytes for the low four bits.</param>
    /// <returns>The fifth bits; 0 for four-bit types.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Pack(int bits, float* x, float minimum, float inverse, float offset, byte* low)
    {
        var sixteen = T.Create(16);
        var fifth = 0u;
        for (var i = 0; i < 16; i += T.Count)
        {
            var first = Code(bits, x + i, minimum, inverse, offset);
            var second = Code(bits, x + i + 16, minimum, inverse, offset);
            if (bits == 5)
            {
                var isFirstHigh = T.IsLess(T.Create(15), first);
                var isSecondHigh = T.IsLess(T.Create(15), second);
                fifth |= (T.Bits(isFirstHigh) << i) | (T.Bits(isSecondHigh) << (i + 16));
                first -= T.And(isFirstHigh, sixteen);
                second -= T.And(isSecondHigh, sixteen);
            }

            (first + (second * sixteen)).StoreAsBytes(low + i);
        }

        return fifth;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Code(int bits, float* x, float minimum, float inverse, float offset)
    {
        var value = ((T.Load(x) - T.Create(minimum)) * T.Create(inverse)) + T.Create(offset);
        return T.Truncate(T.Min(T.Create((1 << bits) - 1), value));
    }
}
