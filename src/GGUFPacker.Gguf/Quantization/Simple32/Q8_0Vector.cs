using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Halves;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.Simple32;

/// <summary>
/// <see cref="Q8_0Scalar"/> with the elements of one block in the lanes (a divisor of 32). The only reduction is a maximum, which does not depend on the
/// order. Rounding half away from zero is done by adding the float below one half with the element's sign and cutting off the fraction, which is
/// exact for these magnitudes (up to 127). A block whose largest magnitude is not finite, or so small that the inverse of its scale could
/// overflow, goes to the scalar code.
/// </summary>
internal static unsafe class Q8_0Vector<T>
    where T : unmanaged, ILanes<T>
{
    private const int BlockBytes = 34;

    /// <summary>Quantizes whole blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quantize(ReadOnlySpan<float> source, Span<byte> destination)
    {
        fixed (float* start = source)
        {
            fixed (byte* target = destination)
            {
                for (var block = 0; block < source.Length / NibbleBlocks.Length; block++)
                {
                    var x = start + (block * NibbleBlocks.Length);
                    var y = target + (block * BlockBytes);
                    var largest = Magnitude.Largest<T>(x, NibbleBlocks.Length);
                    if (!Magnitude.IsOrdinary(largest))
                    {
                        Q8_0Scalar.Quantize(new ReadOnlySpan<float>(x, NibbleBlocks.Length), new Span<byte>(y, BlockBytes));
                        continue;
                    }

                    var scale = largest / 127f;
                    var inverse = T.Create(1f / scale);
                    *(ushort*)y = HalfBits.FromSingle(scale);
                    for (var i = 0; i < NibbleBlocks.Length; i += T.Count)
                    {
                        var code = T.Load(x + i) * inverse;
                        (code + T.CopySign(T.Create(Arithmetic.BelowHalf), code)).StoreAsBytes(y + 2 + i);
                    }
                }
            }
        }
    }
}
