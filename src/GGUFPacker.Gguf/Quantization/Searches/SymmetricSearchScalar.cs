namespace GGUFPacker.Gguf.Quantization.Searches;

/// <summary>
/// Finds the scale of a run, so that code * scale (with codes from -half to half - 1) is near x: the element of largest magnitude goes to -half, or by
/// up to nine tenths beside it; for each choice the elements are rounded to codes and the weighted least squares solved for the scale; the one with
/// the least error wins. All sums run from left to right; every operation is rounded to float32 on its own. (ggml's make_qx_quants.)
/// </summary>
internal static class SymmetricSearchScalar
{
    /// <summary>A run, or a block's largest scale, below this counts as zero.</summary>
    public const float Epsilon = 1e-15f;

    /// <summary>Searches one run.</summary>
    /// <param name="x">The elements.</param>
    /// <param name="weights">The weight of each element's error; if empty, x * x.</param>
    /// <param name="half">Minus the lowest code.</param>
    /// <param name="codes">The codes plus <paramref name="half"/>; all 0 in a run that counts as zero.</param>
    /// <returns>The scale, which may be negative; 0 in a run that counts as zero.</returns>
    public static float Search(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, int half, Span<byte> codes)
    {
        float extreme = 0, largest = 0;
        foreach (var value in x)
        {
            if (MathF.Abs(value) > largest)
            {
                largest = MathF.Abs(value);
                extreme = value;
            }
        }

        if (largest < Epsilon)
        {
            codes[..x.Length].Clear();
            return 0f;
        }

        var bestInverse = -half / extreme;
        Sums(x, weights, half, bestInverse, out var sumXL, out var sumL2);
        var scale = sumL2 != 0 ? sumXL / sumL2 : 0f;
        var best = scale * sumXL;
        for (var step = -9; step <= 9; step++)
        {
            if (step == 0)
            {
                continue;
            }

            var inverse = -(half + (0.1f * step)) / extreme;
            Sums(x, weights, half, inverse, out sumXL, out sumL2);
            if (sumL2 > 0 && sumXL * sumXL > best * sumL2)
            {
                bestInverse = inverse;
                scale = sumXL / sumL2;
                best = scale * sumXL;
            }
        }

        for (var i = 0; i < x.Length; i++)
        {
            codes[i] = (byte)(half + Code(bestInverse * x[i], half));
        }

        return scale;
    }

    /// <summary>A scaled element's code, -half to half - 1.</summary>
    public static int Code(float scaled, int half) => Math.Clamp(Arithmetic.NearestInt(scaled), -half, half - 1);

    private static void Sums(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, int half, float inverse, out float sumXL, out float sumL2)
    {
        sumXL = 0;
        sumL2 = 0;
        for (var i = 0; i < x.Length; i++)
        {
            var code = Code(inverse * x[i], half);
            var weight = weights.IsEmpty ? x[i] * x[i] : weights[i];
            sumXL += weight * x[i] * code;
            sumL2 += weight * code * code;
        }
    }
}
