using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GGUFPacker.Gguf.Quantization.Halves;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.LowBit;

/// <summary>
/// <see cref="Q2_0Scalar"/> with the elements of one block in the lanes (a divisor of 64). The only reduction is a maximum, which does not depend on the order;
/// rounding half away from zero as in <see cref="Simple32.Q8_0Vector{T}"/>, with digits of -1, 0 and 1. A block that is zero or next to it, or not
/// finite, goes to the scalar code.
/// </summary>
internal static unsafe class Q2_0Vector<T>
    where T : unmanaged, ILanes<T>
{
    private const int Length = Q2_0Scalar.Length;

    /// <summary>Quantizes whole blocks.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quantize(ReadOnlySpan<float> source, Span<byte> destination)
    {
        var digits = stackalloc byte[Length];
        fixed (float* start = source)
        {
            fixed (byte* target = destination)
            {
                for (var block = 0; block < source.Length / Length; block++)
                {
                    var x = start + (block * Length);
                    var y = target + (block * Q2_0Scalar.BlockBytes);
                    var scale = Magnitude.Largest<T>(x, Length);
                    if (!Magnitude.IsOrdinary(scale))
                    {
                        Q2_0Scalar.Quantize(new ReadOnlySpan<float>(x, Length), new Span<byte>(y, Q2_0Scalar.BlockBytes));
                        continue;
                    }

                    var inverse = T.Create(1f / scale);
                    *(ushort*)y = HalfBits.FromSingle(scale);
                    for (var i = 0; i < Length; i += T.Count)
                    {
                        var value = T.Load(x + i) * inverse;
                        (value + T.CopySign(T.Create(Arithmetic.BelowHalf), value)).StoreAsBytes(digits + i);
                    }

                    for (var i = 0; i < Length; i += Vector128<byte>.Count)
                    {
                        *(uint*)(y + 2 + (i / 4)) = Pack(Vector128.Load(digits + i) + Vector128<byte>.One);
                    }
                }
            }
        }
    }

    // Of each four digits, which are a little-endian word, two come to stand side by side in a byte, then two pairs.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Pack(Vector128<byte> digits)
    {
        var pairs = digits.AsUInt32() | (digits.AsUInt32() >>> 6);
        var bytes = (pairs | (pairs >>> 12)).AsByte();
        return Vector128.Shuffle(bytes, Vector128.Create((byte)0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)).AsUInt32().ToScalar();
    }
}
