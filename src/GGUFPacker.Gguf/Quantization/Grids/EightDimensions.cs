using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>Eight dimensions of three levels: the IQ2 types.</summary>
internal readonly unsafe struct EightDimensions : IGridShape
{
    /// <inheritdoc/>
    public static int Dimensions => 8;

    /// <inheritdoc/>
    public static int Levels => 3;

    /// <inheritdoc/>
    public static int Bits => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Values(Vector256<int> codes, int dimension) => Avx.IsSupported
        ? Avx.PermuteVar(Vector256.Create(1f, 3, 5, 5, 1, 3, 5, 5), codes >>> (2 * dimension))
        : Vector256.ConvertToSingle((((codes >>> (2 * dimension)) & Vector256.Create(3)) << 1) + Vector256<int>.One);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int FindNearest(ushort* candidates, int count, float* x, float* weights, float scale) =>
        NearestPointVector.Find8(candidates, count, x, weights, scale, scale * 3, scale * 5);
}
