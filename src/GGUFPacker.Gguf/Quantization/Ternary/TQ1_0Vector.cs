using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.Ternary;

/// <summary><see cref="TQ1_0Scalar"/> with the elements of one block in the lanes, and sixteen packed bytes at a time.</summary>
internal static unsafe class TQ1_0Vector<T>
    where T : unmanaged, ILanes<T>
{
    private const int BlockBytes = 54;

    /// <summary>Quantizes whole blocks.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quantize(ReadOnlySpan<float> source, Span<byte> destination)
    {
        // Sixteen bytes more, as the last four are read and written as sixteen.
        var digits = stackalloc byte[TernaryScalar.Length + 16];
        var packed = stackalloc byte[64];
        fixed (float* start = source)
        {
            for (var block = 0; block < source.Length / TernaryScalar.Length; block++)
            {
                var x = start + (block * TernaryScalar.Length);
                var target = destination.Slice(block * BlockBytes, BlockBytes);
                if (!TernaryVector<T>.TryDigits(x, out var scale, digits))
                {
                    TQ1_0Scalar.Quantize(new ReadOnlySpan<float>(x, TernaryScalar.Length), target);
                    continue;
                }

                Pack(digits, 32, 5, packed);
                Pack(digits + 16, 32, 5, packed + 16);
                Pack(digits + 160, 16, 5, packed + 32);
                Pack(digits + 240, 4, 4, packed + 48);
                new ReadOnlySpan<byte>(packed, 52).CopyTo(target);
                target[52] = (byte)scale;
                target[53] = (byte)(scale >> 8);
            }
        }
    }

    // Five digits a byte (four and a zero), each `stride` elements after the one before, as a fraction of 243 scaled to 256 and rounded up:
    // (256 q + 242) / 243 = q + (13 q + 242) / 243, and the second quotient is that of a shift: n * 1079 >> 18 for all n up to 3400.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pack(byte* digits, int stride, int count, byte* packed)
    {
        var number = Vector128<byte>.Zero;
        for (var n = 0; n < 5; n++)
        {
            number = number + number + number;
            if (n < count)
            {
                number += Vector128.Load(digits + (n * stride));
            }
        }

        var (low, high) = Vector128.Widen(number);
        Vector128.Narrow(ScaleUp(low), ScaleUp(high)).Store(packed);
    }

    private static Vector128<ushort> ScaleUp(Vector128<ushort> number)
    {
        var (low, high) = Vector128.Widen((number * 13) + Vector128.Create((ushort)242));
        return number + Vector128.Narrow((low * 1079) >> 18, (high * 1079) >> 18);
    }
}
