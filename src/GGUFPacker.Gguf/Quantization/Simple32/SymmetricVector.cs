using System.Numerics;
using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Halves;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.Simple32;

/// <summary>
/// <see cref="SymmetricScalar"/> with the elements of one block in the lanes (a divisor of 16). The only reduction is a maximum, which does not depend on the
/// order; among elements of that magnitude the first counts, found by its index. A block whose largest magnitude is not finite, or so small
/// that the inverse of its scale could overflow, goes to the scalar code; in all others the codes are far inside the range of the conversion to integers.
/// </summary>
internal static unsafe class SymmetricVector<T>
    where T : unmanaged, ILanes<T>
{
    // So many blocks' scales are found before the first is used: each takes a long chain of operations, and chains of several blocks then overlap.
    private const int Group = 16;

    /// <summary>Quantizes whole blocks with 4 or 5 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quantize(int bits, ReadOnlySpan<float> source, Span<byte> destination)
    {
        var half = 1 << (bits - 1);
        var blockBytes = bits == 5 ? 22 : 18;
        var extremes = stackalloc float[Group];
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
                        extremes[block] = Extreme(x + (block * NibbleBlocks.Length));
                    }

                    for (var block = 0; block < blocks; block++, x += NibbleBlocks.Length, y += blockBytes)
                    {
                        if (!Magnitude.IsOrdinary(MathF.Abs(extremes[block])))
                        {
                            SymmetricScalar.Quantize(bits, new ReadOnlySpan<float>(x, NibbleBlocks.Length), new Span<byte>(y, blockBytes));
                            continue;
                        }

                        var scale = extremes[block] / -half;
                        *(ushort*)y = HalfBits.FromSingle(scale);
                        var fifth = NibbleVector<T>.Pack(bits, x, 0, 1f / scale, half + 0.5f, y + blockBytes - 16);
                        if (bits == 5)
                        {
                            *(uint*)(y + 2) = fifth;
                        }
                    }
                }
            }
        }
    }

    // The first element of the largest magnitude; NaN if there is one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Extreme(float* x)
    {
        var largest = T.Create(Magnitude.Largest<T>(x, NibbleBlocks.Length));
        var isLargest = 0u;
        for (var i = 0; i < NibbleBlocks.Length; i += T.Count)
        {
            isLargest |= T.Bits(T.IsEqual(T.Abs(T.Load(x + i)), largest)) << i;
        }

        return isLargest == 0 ? float.NaN : x[BitOperations.TrailingZeroCount(isLargest)];
    }
}
