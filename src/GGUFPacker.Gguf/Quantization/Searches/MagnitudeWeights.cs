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

    /// <summary>Weighs as many runs at once as there are lanes, each as the other does.</summary>
    /// <param name="rows">For each element of the runs a row: <see cref="AffineSearchVector{T}.RowVectors"/> vectors, the elements and room for their weights
    /// first.</param>
    /// <param name="length">The length of a run.</param>
    /// <param name="withRootMeanSquare">Whether it counts.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weigh<T>(float* rows, int length, bool withRootMeanSquare)
        where T : unmanaged, ILanes<T>
    {
        var stride = AffineSearchVector<T>.RowVectors * T.Count;
        var end = rows + (length * stride);
        var rootMeanSquare = T.Create(0);
        if (withRootMeanSquare)
        {
            for (var row = rows; row < end; row += stride)
            {
                var value = T.Load(row);
                rootMeanSquare += value * value;
            }

            rootMeanSquare = T.Sqrt(rootMeanSquare / T.Create(length));
        }

        for (var row = rows; row < end; row += stride)
        {
            (rootMeanSquare + T.Abs(T.Load(row))).Store(row + T.Count);
        }
    }
}
