namespace GGUFPacker.Gguf.Quantization.Searches;

/// <summary>
/// Finds scale and minimum of a run of up to 32 elements, so that code * scale + minimum is near x: for each of a row of inverse scales it
/// rounds the elements to codes, solves the weighted least squares for scale and minimum given these codes, and keeps the solution with the least
/// weighted error. A kept solution moves the minimum, and so the range, from which the following steps start.
/// All sums run from left to right; every operation is rounded to float32 on its own. (ggml's make_qkx2_quants and make_qkx3_quants, which do the same.)
/// </summary>
internal static class AffineSearchScalar
{
    public const int LongestRun = 32;

    /// <summary>Searches one run.</summary>
    /// <param name="x">The elements.</param>
    /// <param name="weights">The weight of each element's error.</param>
    /// <param name="parameters">What is tried.</param>
    /// <param name="codes">The codes of the solution, from 0 to the highest.</param>
    /// <param name="negatedMinimum">The minimum, which is never above 0, with its sign changed.</param>
    /// <returns>The scale; 0 if all elements are equal and not positive.</returns>
    public static float Search(
        ReadOnlySpan<float> x, ReadOnlySpan<float> weights, AffineSearchParameters parameters, Span<byte> codes, out float negatedMinimum)
    {
        var minimum = x[0];
        var maximum = x[0];
        var sumW = weights[0];
        var sumX = sumW * x[0];
        for (var i = 1; i < x.Length; i++)
        {
            if (x[i] < minimum)
            {
                minimum = x[i];
            }

            if (x[i] > maximum)
            {
                maximum = x[i];
            }

            sumW += weights[i];
            sumX += weights[i] * x[i];
        }

        if (minimum > 0)
        {
            minimum = 0;
        }

        if (maximum == minimum)
        {
            codes[..x.Length].Clear();
            negatedMinimum = -minimum;
            return 0f;
        }

        Span<byte> trial = stackalloc byte[LongestRun];
        var inverse = parameters.Highest / (maximum - minimum);
        var scale = 1 / inverse;
        Round(x, inverse, minimum, parameters.Highest, codes);
        var leastError = Error(x, weights, codes, scale, minimum, parameters.IsAbsolute);
        for (var step = 0; step <= parameters.Steps; step++)
        {
            inverse = parameters.Numerator(step) / (maximum - minimum);
            Round(x, inverse, minimum, parameters.Highest, trial);
            float sumL = 0, sumL2 = 0, sumXL = 0;
            for (var i = 0; i < x.Length; i++)
            {
                var weighted = weights[i] * trial[i];
                sumL += weighted;
                sumL2 += weighted * trial[i];
                sumXL += weighted * x[i];
            }

            var determinant = (sumW * sumL2) - (sumL * sumL);
            if (!(determinant > 0))
            {
                continue;
            }

            var trialScale = ((sumW * sumXL) - (sumX * sumL)) / determinant;
            var trialMinimum = ((sumL2 * sumX) - (sumL * sumXL)) / determinant;
            if (trialMinimum > 0)
            {
                trialMinimum = 0;
                trialScale = sumXL / sumL2;
            }

            var error = Error(x, weights, trial, trialScale, trialMinimum, parameters.IsAbsolute);
            if (error < leastError)
            {
                trial[..x.Length].CopyTo(codes);
                leastError = error;
                scale = trialScale;
                minimum = trialMinimum;
            }
        }

        negatedMinimum = -minimum;
        return scale;
    }

    private static void Round(ReadOnlySpan<float> x, float inverse, float minimum, int highest, Span<byte> codes)
    {
        for (var i = 0; i < x.Length; i++)
        {
            codes[i] = (byte)Math.Clamp(Arithmetic.NearestInt(inverse * (x[i] - minimum)), 0, highest);
        }
    }

    private static float Error(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, ReadOnlySpan<byte> codes, float scale, float minimum, bool isAbsolute)
    {
        var error = 0f;
        for (var i = 0; i < x.Length; i++)
        {
            var difference = (scale * codes[i]) + minimum - x[i];
            error += weights[i] * (isAbsolute ? MathF.Abs(difference) : difference * difference);
        }

        return error;
    }
}
