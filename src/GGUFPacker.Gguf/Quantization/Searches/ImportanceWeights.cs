using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.Searches;

/// <summary>How an importance matrix weighs errors: importance * sqrt(sigma2 + x * x), where sigma2 comes from the squares of a row or block.</summary>
internal static unsafe class ImportanceWeights
{
    /// <summary>The sum of squares, from left to right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float SumOfSquares(ReadOnlySpan<float> x)
    {
        var sum = 0f;
        foreach (var value in x)
        {
            sum += value * value;
        }

        return sum;
    }

    /// <summary>
    /// The sums of squares of neighbouring runs, each from left to right: each run's additions wait for one another, those of four runs go side by side.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SumsOfSquares(float* x, int length, int runs, float* sums)
    {
        var run = 0;
        for (; run <= runs - 4; run += 4, x += 4 * length)
        {
            float a = 0, b = 0, c = 0, d = 0;
            for (nint i = 0; i < length; i++)
            {
                a += x[i] * x[i];
                b += x[i + length] * x[i + length];
                c += x[i + (2 * length)] * x[i + (2 * length)];
                d += x[i + (3 * length)] * x[i + (3 * length)];
            }

            (sums[run], sums[run + 1], sums[run + 2], sums[run + 3]) = (a, b, c, d);
        }

        for (; run < runs; run++, x += length)
        {
            sums[run] = SumOfSquares(new ReadOnlySpan<float>(x, length));
        }
    }

    /// <summary>The sum, from left to right.</summary>
    public static float Sum(ReadOnlySpan<float> weights)
    {
        var sum = 0f;
        foreach (var weight in weights)
        {
            sum += weight;
        }

        return sum;
    }

    /// <summary>Weighs elements.</summary>
    public static void Weigh(ReadOnlySpan<float> x, ReadOnlySpan<float> importance, float sigma2, Span<float> weights)
    {
        for (var i = 0; i < x.Length; i++)
        {
            weights[i] = importance[i] * MathF.Sqrt(sigma2 + (x[i] * x[i]));
        }
    }

    /// <summary>Weighs elements, each on its own in a lane; their number is a multiple of the lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weigh<T>(float* x, float* importance, float sigma2, int length, float* weights)
        where T : unmanaged, ILanes<T>
    {
        for (var i = 0; i < length; i += T.Count)
        {
            var value = T.Load(x + i);
            (T.Load(importance + i) * T.Sqrt(T.Create(sigma2) + (value * value))).Store(weights + i);
        }
    }
}
