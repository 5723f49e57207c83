using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.Ternary;

/// <summary><see cref="TQ2_0Scalar"/> with the elements of one block in the lanes, and sixteen packed bytes at a time.</summary>
internal static unsafe class TQ2_0Vector<T>
    where T : unmanaged, ILanes<T>
{
    private const int BlockBytes = 66;

    /// <summary>Quantizes whole blocks.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quantize(ReadOnlySpan<float> source, Span<byte> destination)
    {
        var digits = stackalloc byte[TernaryScalar.Length];
        fixed (float* start = source)
        {
            for (var block = 0; block < source.Length / TernaryScalar.Length; block++)
            {
                var x = start + (block * TernaryScalar.Length);
                var target = destination.Slice(block * BlockBytes, BlockBytes);
                if (!TernaryVector<T>.TryDigits(x, out var scale, digits))
                {
                    TQ2_0Scalar.Quantize(new ReadOnlySpan<float>(x, TernaryScalar.Length), target);
                    continue;
                }

                for (var j = 0; j < 64; j += Vector128<byte>.Count)
                {
                    var run = digits + (j / 32 * 128) + (j % 32);
                    var packed = Vector128.Load(run) | (Vector128.Load(run + 32) << 2) | (Vector128.Load(run + 64) << 4) | (Vector128.Load(run + 96) << 6);
                    packed.CopyTo(target[j..]);
                }

                BinaryPrimitives.WriteUInt16LittleEndian(target[64..], scale);
            }
        }
    }
}
