using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.Searches;

/// <summary>How errors of affine types are weighed without an importance matrix: by |x|, or by the run's root mean square + |x|.</summary>
internal static unsafe class MagnitudeWeights
{
    /// <summary>Weighs a run.</summary>
    public static void Weigh(ReadOnlySpan<float> x, bool withRootMeanSquare, Span<float> weights)
    {
        var rootMeanSquare = withRootMeanSquare ? MathF.Sqrt(ImportanceWeights.SumOfSquares(x) / x.Length) : 0;
        for (var i = 0; i < x.Length; i++)
        {
            weights[i] = rootMeanSquare + MathF.Abs(x[i]);
        }
    }

    /// <summary>Weighs as many runs at once as there are lanes, each as the other does; elements and weights are in lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weigh<T>(float* x, int length, bool withRootMeanSquare, float* weights)
        where T : unmanaged, ILanes<T>
    {
        var end = (nint)length * T.Count;
        var rootMeanSquare = T.Create(0);
        if (withRootMeanSquare)
        {
            for (nint i = 0; i < end; i += T.Count)
            {
                var value = T.Load(x + i);
                rootMeanSquare += value * value;
            }

            rootMeanSquare = T.Sqrt(rootMeanSquare / T.Create(length));
        }

        for (nint i = 0; i < end; i += T.Count)
        {
            (rootMeanSquare + T.Abs(T.Load(x + i))).Store(weights + i);
        }
    }
}
