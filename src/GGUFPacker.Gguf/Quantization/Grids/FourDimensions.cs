using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>Four dimensions of eight levels: the IQ3 types.</summary>
internal readonly unsafe struct FourDimensions : IGridShape
{
    /// <inheritdoc/>
    public static int Dimensions => 4;

    /// <inheritdoc/>
    public static int Levels => 8;

    /// <inheritdoc/>
    public static int Bits => 3;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Values(Vector256<int> codes, int dimension) => Avx2.IsSupported
        ? Avx2.PermuteVar8x32(Odd, codes >>> (3 * dimension))
        : Vector256.ConvertToSingle((((codes >>> (3 * dimension)) & Vector256.Create(7)) << 1) + Vector256<int>.One);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int FindNearest(ushort* candidates, int count, float* x, float* weights, float scale) =>
        NearestPointVector.Find4(candidates, count, x, weights, Vector256.Create(scale) * Odd);

    private static Vector256<float> Odd => Vector256.Create(1f, 3, 5, 7, 9, 11, 13, 15);
}
