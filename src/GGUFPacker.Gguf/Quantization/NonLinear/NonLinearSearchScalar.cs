namespace GGUFPacker.Gguf.Quantization.NonLinear;

/// <summary>
/// Finds the scale of 32 elements for IQ4_NL and IQ4_XS, so that scale * value is near x: the element of largest magnitude goes to the last value's side, then
/// to the first value or up to seven beside it; for each choice the elements get their nearest codes and the weighted least squares are solved for the scale;
/// the one with the least error wins. All sums run from left to right; every operation is rounded to float32 on its own.
/// </summary>
internal static class NonLinearSearchScalar
{
    public const int Length = 32;

    /// <summary>How far beside the first value the largest element is tried.</summary>
    public const int Tries = 7;

    /// <summary>Elements below this count as zero.</summary>
    public const float Epsilon = 1e-15f;

    /// <summary>
    /// The weights of a block's elements: x * x, or with an importance matrix importance * sqrt(2 * mean + x * x) with the mean of x * x over the block.
    /// </summary>
    public static void Weigh(ReadOnlySpan<float> x, ReadOnlySpan<float> importance, Span<float> weights)
    {
        if (importance.IsEmpty)
        {
            for (var i = 0; i < x.Length; i++)
            {
                weights[i] = x[i] * x[i];
            }

            return;
        }

        var sigma2 = Sigma2(x);
        for (var i = 0; i < x.Length; i++)
        {
            weights[i] = importance[i] * MathF.Sqrt(sigma2 + (x[i] * x[i]));
        }
    }

    /// <summary>Twice the mean of the squares.</summary>
    public static float Sigma2(ReadOnlySpan<float> x)
    {
        var sum = 0f;
        foreach (var value in x)
        {
            sum += value * value;
        }

        return sum * (2f / x.Length);
    }

    /// <summary>Searches 32 elements.</summary>
    /// <returns>The scale, which may be negative; 0 if the elements count as zero.</returns>
    public static float Search(ReadOnlySpan<float> x, ReadOnlySpan<float> weights)
    {
        float extreme = 0, largest = 0;
        for (var i = 0; i < Length; i++)
        {
            if (MathF.Abs(x[i]) > largest)
            {
                largest = MathF.Abs(x[i]);
                extreme = x[i];
            }
        }

        if (largest < Epsilon)
        {
            return 0f;
        }

        Sums(x, weights, 1 / (-extreme / NonLinearCodes.Values[0]), out var sumQX, out var sumQ2);
        var scale = sumQ2 > 0 ? sumQX / sumQ2 : 0f;
        var best = scale * sumQX;
        for (var step = -Tries; step <= Tries; step++)
        {
            Sums(x, weights, (step + NonLinearCodes.Values[0]) / extreme, out sumQX, out sumQ2);
            if (sumQ2 > 0 && sumQX * sumQX > best * sumQ2)
            {
                scale = sumQX / sumQ2;
                best = scale * sumQX;
            }
        }

        return scale;
    }

    private static void Sums(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, float inverse, out float sumQX, out float sumQ2)
    {
        sumQX = 0;
        sumQ2 = 0;
        for (var i = 0; i < Length; i++)
        {
            var value = NonLinearCodes.Values[NonLinearCodes.Nearest(inverse * x[i])];
            sumQX += weights[i] * value * x[i];
            sumQ2 += weights[i] * value * value;
        }
    }
}
