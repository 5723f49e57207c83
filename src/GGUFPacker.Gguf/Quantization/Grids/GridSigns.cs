using System.Numerics;

namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>Splits elements into magnitudes and signs.</summary>
internal static class GridSigns
{
    /// <summary>Splits a sub-block.</summary>
    /// <param name="x">The elements.</param>
    /// <param name="weights">Their weights.</param>
    /// <param name="even">
    /// Whether only seven of eight signs can be stored, the eighth being what makes the number of negative ones even: then in a group with an odd
    /// number of them the element with the least weighted square (the first of equal ones) gets the wrong sign and a negative "magnitude".
    /// </param>
    /// <param name="magnitudes">The magnitudes.</param>
    /// <param name="signs">For each eight elements a byte, the first in the lowest bit; with even signs only the lower seven.</param>
    public static void Split(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, bool even, Span<float> magnitudes, Span<byte> signs)
    {
        for (var k = 0; k < x.Length / 8; k++)
        {
            var bits = 0;
            for (var i = 8 * k; i < (8 * k) + 8; i++)
            {
                var isNegative = !(x[i] >= 0);
                magnitudes[i] = isNegative ? -x[i] : x[i];
                bits |= isNegative ? 1 << (i % 8) : 0;
            }

            if (even)
            {
                bits = MakeEven(x.Slice(8 * k, 8), weights.Slice(8 * k, 8), magnitudes.Slice(8 * k, 8), bits) & 0x7F;
            }

            signs[k] = (byte)bits;
        }
    }

    /// <summary>Makes the number of negative elements of a group of eight even, see <see cref="Split"/>.</summary>
    public static int MakeEven(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, Span<float> magnitudes, int bits)
    {
        if (int.IsEvenInteger(BitOperations.PopCount((uint)bits)))
        {
            return bits;
        }

        var least = weights[0] * x[0] * x[0];
        var at = 0;
        for (var i = 1; i < 8; i++)
        {
            var square = weights[i] * x[i] * x[i];
            if (square < least)
            {
                least = square;
                at = i;
            }
        }

        magnitudes[at] = -magnitudes[at];
        return bits ^ (1 << at);
    }
}
