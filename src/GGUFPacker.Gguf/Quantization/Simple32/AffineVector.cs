using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Halves;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.Simple32;

/// <summary>
/// <see cref="AffineScalar"/> with the elements of one block in the lanes (a divisor of 16). The only reductions are minimum and maximum, which do not depend
/// on the order, zeros apart: a block whose minimum is a zero, whose sign the format keeps, goes to the scalar code; so does one with an element that
/// is not finite, or whose range is so small or large that the scale or its inverse could overflow. In all others the codes are far inside the range of
/// the conversion to integers.
/// </summary>
internal static unsafe class AffineVector<T>
    where T : unmanaged, ILanes<T>
{
    private const float LargestOrdinary = 1e38f;

    // So many blocks' ranges are found before the first is used: each takes a long chain of operations, and chains of several blocks then overlap.
    private const int Group = 16;

    /// <summary>Quantizes whole blocks with 4 or 5 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quantize(int bits, ReadOnlySpan<float> source, Span<byte> destination)
    {
        var highest = (1 << bits) - 1;
        var blockBytes = bits == 5 ? 24 : 20;
        var minima = stackalloc float[Group];
        var ranges = stackalloc float[Group];
        fixed (float* start = source)
        {
            fixed (byte* target = destination)
            {
                var x = start;
                var y = target;
                for (var left = source.Length / NibbleBlocks.Length; left > 0; left -= Group)
                {
                    var blocks = Math.Min(Group, left);
                    for (var block = 0; block < blocks; block++)
                    {
                        ranges[block] = Range(x + (block * NibbleBlocks.Length), out minima[block]);
                    }

                    for (var block = 0; block < blocks; block++, x += NibbleBlocks.Length, y += blockBytes)
                    {
                        if (!Magnitude.IsOrdinary(ranges[block]) || minima[block] == 0)
                        {
                            AffineScalar.Quantize(bits, new ReadOnlySpan<float>(x, NibbleBlocks.Length), new Span<byte>(y, blockBytes));
                            continue;
                        }

                        var scale = ranges[block] / highest;
                        *(ushort*)y = HalfBits.FromSingle(scale);
                        *(ushort*)(y + 2) = HalfBits.FromSingle(minima[block]);
                        var fifth = NibbleVector<T>.Pack(bits, x, minima[block], 1f / scale, 0.5f, y + blockBytes - 16);
                        if (bits == 5)
                        {
                            *(uint*)(y + 4) = fifth;
                        }
                    }
                }
            }
        }
    }

    // Maximum minus minimum; NaN if an element is NaN or so large that the difference could overflow.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Range(float* x, out float minimum)
    {
        T low = T.Load(x), high = low;
        var largest = T.Abs(low);
        for (var i = T.Count; i < NibbleBlocks.Length; i += T.Count)
        {
            var value = T.Load(x + i);
            low = T.Min(low, value);
            high = T.Max(high, value);
            largest = T.MaxMagnitude(largest, T.Abs(value));
        }

        minimum = T.MinAcross(low);
        return T.MaxMagnitudeAcross(largest) <= LargestOrdinary ? T.MaxAcross(high) - minimum : float.NaN;
    }
}
