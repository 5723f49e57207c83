using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GGUFPacker.Gguf.Quantization.Halves;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.Ternary;

/// <summary>
/// <see cref="TernaryScalar"/> with the elements of one block in the lanes (a divisor of 256). The only reduction is a maximum, which does not depend on the
/// order; rounding half away from zero as in <see cref="Simple32.Q8_0Vector{T}"/>.
/// </summary>
internal static unsafe class TernaryVector<T>
    where T : unmanaged, ILanes<T>
{
    /// <summary>The scale and the digits of a block, or false if the scalar code must see to it: it is zero or next to it, or not finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryDigits(float* block, out ushort scale, byte* digits)
    {
        var largest = Magnitude.Largest<T>(block, TernaryScalar.Length);
        scale = HalfBits.FromSingle(largest);
        if (!Magnitude.IsOrdinary(largest))
        {
            return false;
        }

        var inverse = T.Create(1f / largest);
        for (var i = 0; i < TernaryScalar.Length; i += T.Count)
        {
            // -1, 0 or 1 and a fraction, which is cut off after half has been added; the one that makes it a digit must not join before.
            var value = T.Load(block + i) * inverse;
            (value + T.CopySign(T.Create(Arithmetic.BelowHalf), value)).StoreAsBytes(digits + i);
        }

        for (var i = 0; i < TernaryScalar.Length; i += Vector128<byte>.Count)
        {
            (Vector128.Load(digits + i) + Vector128<byte>.One).Store(digits + i);
        }

        return true;
    }
}
