using System.Numerics;
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
    /// <summary>Quantizes whole blocks with 4 or 5 bits.</summary>
    public static void Quantize(int bits, ReadOnlySpan<float> source, Span<byte> destination)
    {
        var half = 1 << (bits - 1);
        var blockBytes = bits == 5 ? 22 : 18;
        fixed (float* start = source)
        {
            fixed (byte* target = destination)
            {
                for (var block = 0; block < source.Length / NibbleBlocks.Length; block++)
                {
                    var x = start + (block * NibbleBlocks.Length);
                    var y = target + (block * blockBytes);
                    var largest = Magnitude.Largest<T>(x, NibbleBlocks.Length);
                    if (!Magnitude.IsOrdinary(largest))
                    {
                        SymmetricScalar.Quantize(bits, new ReadOnlySpan<float>(x, NibbleBlocks.Length), new Span<byte>(y, blockBytes));
                        continue;
                    }

                    var isLargest = 0u;
                    for (var i = 0; i < NibbleBlocks.Length; i += T.Count)
                    {
                        isLargest |= T.Bits(T.IsEqual(T.Abs(T.Load(x + i)), T.Create(largest))) << i;
                    }

                    var scale = x[BitOperations.TrailingZeroCount(isLargest)] / -half;
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
