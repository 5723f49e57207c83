using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.Microscaling;

/// <summary>
/// <see cref="MXFP4Scalar"/> with the elements of one block in the lanes (a divisor of 16). The only reduction is a maximum, which does not depend on the
/// order; no element is above 16 scales, and the scale is a power of two, as <see cref="E2M1Vector{T}"/> asks. A block whose largest magnitude is not finite,
/// or so large or small that its scale could overflow or wrap, goes to the scalar code.
/// </summary>
internal static unsafe class MXFP4Vector<T>
    where T : unmanaged, ILanes<T>
{
    private const int HalfLength = MXFP4Scalar.Length / 2;

    // Above this the products of scale and values could overflow.
    private const float Greatest = 1e38f;

    // So many blocks' scales are found before the first is used: each takes a long chain of operations, and chains of several blocks then overlap.
    private const int Group = 16;

    /// <summary>Quantizes whole blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quantize(ReadOnlySpan<float> source, Span<byte> destination)
    {
        var largest = stackalloc float[Group];
        fixed (float* start = source)
        {
            fixed (byte* target = destination)
            {
                var x = start;
                var y = target;
                for (var left = source.Length / MXFP4Scalar.Length; left > 0; left -= Group)
                {
                    var blocks = Math.Min(Group, left);
                    for (var block = 0; block < blocks; block++)
                    {
                        largest[block] = Magnitude.Largest<T>(x + (block * MXFP4Scalar.Length), MXFP4Scalar.Length);
                    }

                    for (var block = 0; block < blocks; block++, x += MXFP4Scalar.Length, y += MXFP4Scalar.BlockBytes)
                    {
                        if (!Magnitude.IsOrdinary(largest[block]) || largest[block] > Greatest)
                        {
                            MXFP4Scalar.Quantize(new ReadOnlySpan<float>(x, MXFP4Scalar.Length), new Span<byte>(y, MXFP4Scalar.BlockBytes));
                            continue;
                        }

                        *y = E8M0.FromLargest(largest[block]);
                        Pack(x, T.Create(E8M0.ToHalfSingle(*y)), y + 1);
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pack(float* x, T scale, byte* packed)
    {
        var sixteen = T.Create(16);
        for (var i = 0; i < HalfLength; i += T.Count)
        {
            (E2M1Vector<T>.Codes(T.Load(x + i), scale) + (E2M1Vector<T>.Codes(T.Load(x + i + HalfLength), scale) * sixteen)).StoreAsBytes(packed + i);
        }
    }
}
