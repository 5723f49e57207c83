using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.Microscaling;

/// <summary>
/// <see cref="NVFP4Scalar"/> with the elements of one sub-block in the lanes (a divisor of 16). The only reduction is a maximum, which does not depend on the
/// order. A scale has four significant bits, as <see cref="E2M1Vector{T}"/> asks. A block with a magnitude that is not finite, or too many times its
/// scale (which ends at 448), goes to the scalar code.
/// </summary>
internal static unsafe class NVFP4Vector<T>
    where T : unmanaged, ILanes<T>
{
    private const int SubLength = NVFP4Scalar.SubLength;

    /// <summary>Quantizes whole blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quantize(ReadOnlySpan<float> source, Span<byte> destination)
    {
        var codes = stackalloc byte[NVFP4Scalar.Length];
        fixed (float* start = source)
        {
            fixed (byte* target = destination)
            {
                for (var block = 0; block < source.Length / NVFP4Scalar.Length; block++)
                {
                    var x = start + (block * NVFP4Scalar.Length);
                    var y = target + (block * NVFP4Scalar.BlockBytes);
                    if (!TryQuantize(x, codes, y))
                    {
                        NVFP4Scalar.Quantize(new ReadOnlySpan<float>(x, NVFP4Scalar.Length), new Span<byte>(y, NVFP4Scalar.BlockBytes));
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryQuantize(float* x, byte* codes, byte* y)
    {
        for (var s = 0; s < NVFP4Scalar.SubBlocks; s++, x += SubLength)
        {
            var largest = Magnitude.Largest<T>(x, SubLength);
            y[s] = UE4M3.FromSingle(largest / 6f);
            var scale = UE4M3.ToHalfSingle(y[s]);
            if (!(scale == 0 ? largest <= float.MaxValue : largest <= scale * E2M1Vector<T>.Limit))
            {
                return false;
            }

            var lanes = T.Create(scale == 0 ? float.PositiveInfinity : scale);
            for (var i = 0; i < SubLength; i += T.Count)
            {
                E2M1Vector<T>.Codes(T.Load(x + i), lanes).StoreAsBytes(codes + (s * SubLength) + i);
            }
        }

        // Eight codes of four bits each move into the upper halves of eight others' bytes.
        var words = (ulong*)codes;
        var packed = (ulong*)(y + NVFP4Scalar.SubBlocks);
        for (var s = 0; s < NVFP4Scalar.SubBlocks; s++)
        {
            packed[s] = words[2 * s] | (words[(2 * s) + 1] << 4);
        }

        return true;
    }
}
