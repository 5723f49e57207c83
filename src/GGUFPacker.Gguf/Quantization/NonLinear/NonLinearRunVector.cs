using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.NonLinear;

/// <summary>
/// What is done along a run of 32 elements, each on its own, with the elements in the lanes (a divisor of 16): <see cref="NonLinearRun.Pack"/> and the
/// weights of <see cref="NonLinearSearchScalar.Weigh"/>. A code is 15 less one for each boundary that lies above the scaled element: that is the binary
/// search's answer, since the boundaries ascend, also for infinities and for NaN, which is below none.
/// </summary>
internal static unsafe class NonLinearRunVector<T>
    where T : unmanaged, ILanes<T>
{
    /// <summary>Gives each of 32 elements the code of the value nearest to x * inverse.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(float* x, float inverse, byte* packed)
    {
        for (var i = 0; i < NonLinearRun.PackedBytes; i += T.Count)
        {
            var first = T.Create(inverse) * T.Load(x + i);
            var second = T.Create(inverse) * T.Load(x + i + NonLinearRun.PackedBytes);
            var codes = T.Create(0xFF);
            foreach (var number in NonLinearCodes.Boundaries)
            {
                var boundary = T.Create(number);
                codes -= T.And(T.IsLess(first, boundary), T.Create(1)) + T.And(T.IsLess(second, boundary), T.Create(16));
            }

            codes.StoreAsBytes(packed + i);
        }
    }

    /// <summary>The weights of a run of elements with their importance.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weigh(float* x, int length, float sigma2, float* importance, float* weights)
    {
        for (var i = 0; i < length; i += T.Count)
        {
            var value = T.Load(x + i);
            (T.Load(importance + i) * T.Sqrt(T.Create(sigma2) + (value * value))).Store(weights + i);
        }
    }
}
