using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Halves;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.LowBit;

/// <summary>
/// <see cref="Q1_0Scalar"/>: the sums of four blocks run side by side, each in its own order; the signs are taken with the elements of a block in the lanes
/// (a divisor of 32). A block with a NaN, which its sum shows, goes to the scalar code: "not below zero" is "at least zero" for all other numbers.
/// </summary>
internal static unsafe class Q1_0Vector<T>
    where T : unmanaged, ILanes<T>
{
    private const int Length = Q1_0Scalar.Length;
    private const int Group = 4;

    /// <summary>Quantizes whole blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quantize(ReadOnlySpan<float> source, Span<byte> destination)
    {
        var sums = stackalloc float[Group];
        fixed (float* start = source)
        {
            fixed (byte* target = destination)
            {
                var x = start;
                var y = target;
                for (var left = source.Length / Length; left > 0; left -= Group)
                {
                    var blocks = Math.Min(Group, left);
                    Sum(x, blocks, sums);
                    for (var block = 0; block < blocks; block++, x += Length, y += Q1_0Scalar.BlockBytes)
                    {
                        if (float.IsNaN(sums[block]))
                        {
                            Q1_0Scalar.Quantize(new ReadOnlySpan<float>(x, Length), new Span<byte>(y, Q1_0Scalar.BlockBytes));
                            continue;
                        }

                        *(ushort*)y = HalfBits.FromSingle(sums[block] / Length);
                        for (var i = 0; i < Length; i += 32)
                        {
                            *(uint*)(y + 2 + (i / 8)) = ~Negative(x + i);
                        }
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Negative(float* x)
    {
        var bits = 0u;
        for (var i = 0; i < 32; i += T.Count)
        {
            bits |= T.Bits(T.IsLess(T.Load(x + i), T.Create(0))) << i;
        }

        return bits;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sum(float* x, int blocks, float* sums)
    {
        float a = 0, b = 0, c = 0, d = 0;
        if (blocks == Group)
        {
            for (var i = 0; i < Length; i++)
            {
                a += MathF.Abs(x[i]);
                b += MathF.Abs(x[i + Length]);
                c += MathF.Abs(x[i + (2 * Length)]);
                d += MathF.Abs(x[i + (3 * Length)]);
            }

            sums[0] = a;
            sums[1] = b;
            sums[2] = c;
            sums[3] = d;
            return;
        }

        for (var block = 0; block < blocks; block++)
        {
            sums[block] = 0;
            for (var i = 0; i < Length; i++)
            {
                sums[block] += MathF.Abs(x[(block * Length) + i]);
            }
        }
    }
}
