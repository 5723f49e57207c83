using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Halves;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.Simple32;

/// <summary>
/// <see cref="SymmetricScalar"/> with the elements of one block in the lanes (a divisor of 32). The only reduction is a maximum, which does not depend on the
/// order; among elements of that magnitude the first counts, found by its index. A block whose largest magnitude is not finite, or so small
/// that the inverse of its scale could overflow, goes to the scalar code; in all others the codes are far inside the range of the conversion to integers.
/// </summary>
internal static unsafe class SymmetricVector<T>
    where T : unmanaged, ILanes<T>
{
    /// <summary>Quantizes whole blocks with 4 or 5 bits.</summary>
    [SkipLocalsInit]
    public static void Quantize(int bits, ReadOnlySpan<float> source, Span<byte> destination)
    {
        var half = 1 << (bits - 1);
        var highest = T.Create((1 << bits) - 1);
        var offset = T.Create(half + 0.5f);
        var blockBytes = bits == 5 ? 22 : 18;
        var codes = stackalloc byte[NibbleBlocks.Length];
        var allCodes = new ReadOnlySpan<byte>(codes, NibbleBlocks.Length);
        fixed (float* start = source)
        {
            for (var block = 0; block < source.Length / NibbleBlocks.Length; block++)
            {
                var x = start + (block * NibbleBlocks.Length);
                var target = destination.Slice(block * blockBytes, blockBytes);
                var largest = Magnitude.Largest<T>(x, NibbleBlocks.Length);
                if (!Magnitude.IsOrdinary(largest))
                {
                    SymmetricScalar.Quantize(bits, new ReadOnlySpan<float>(x, NibbleBlocks.Length), target);
                    continue;
                }

                var isLargest = 0u;
                for (var i = 0; i < NibbleBlocks.Length; i += T.Count)
                {
                    isLargest |= T.Bits(T.IsEqual(T.Abs(T.Load(x + i)), T.Create(largest))) << i;
                }

                var scale = x[BitOperations.TrailingZeroCount(isLargest)] / -half;
                var inverse = T.Create(1f / scale);
                for (var i = 0; i < NibbleBlocks.Length; i += T.Count)
                {
                    T.Min(highest, (T.Load(x + i) * inverse) + offset).StoreAsBytes(codes + i);
                }

                BinaryPrimitives.WriteUInt16LittleEndian(target, HalfBits.FromSingle(scale));
                NibbleBlocks.PackLow(bits, allCodes, target[(blockBytes - 16)..]);
                if (bits == 5)
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(target[2..], NibbleBlocks.PackHigh(allCodes));
                }
            }
        }
    }
}
