using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;
using GGUFPacker.Gguf.Quantization.Searches;

namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>The codes of a sub-block of a symmetric type, each element on its own in a lane (a divisor of the length).</summary>
internal static unsafe class CodeRounding<T>
    where T : unmanaged, ILanes<T>
{
    /// <summary>
    /// x * inverse, rounded, cut to -half to half - 1, plus <paramref name="offset"/>. No product is out of the range of <see cref="Arithmetic.NearestInt"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RoundProducts(float* x, int length, float inverse, int half, int offset, byte* codes)
    {
        for (var i = 0; i < length; i += T.Count)
        {
            (T.Clamp(T.Round(T.Load(x + i) * T.Create(inverse)), -half, half - 1) + T.Create(offset)).StoreAsBytes(codes + i);
        }
    }

    /// <summary>
    /// x / scale, rounded, cut to -half to half - 1, plus half; by the scalar code if a quotient leaves the range in which rounding floats is the same.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RoundQuotients(float* x, int length, float scale, int half, byte* codes)
    {
        var limit = T.Create(Arithmetic.NearestIntLimit);
        var isInRange = T.IsLess(T.Create(0), limit);
        for (var i = 0; i < length; i += T.Count)
        {
            var quotient = T.Load(x + i) / T.Create(scale);
            isInRange = T.And(isInRange, T.IsLess(T.Abs(quotient), limit));
            (T.Clamp(T.Round(quotient), -half, half - 1) + T.Create(half)).StoreAsBytes(codes + i);
        }

        if (!T.AllSet(isInRange))
        {
            for (var i = 0; i < length; i++)
            {
                codes[i] = (byte)(half + SymmetricSearchScalar.Code(x[i] / scale, half));
            }
        }
    }
}
