namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>
/// Finds the scale of a sub-block of 16 for Q6_K, so that code * scale (codes -32 to 31) is near x: the element of largest magnitude goes to -32, or by
/// up to nine tenths beside it; for each choice the elements are rounded to codes and the weighted least squares solved for the scale; the one with
/// the least error wins. Weights are x * x. All sums run from left to right; every operation is rounded to float32 on its own.
/// </summary>
internal static class SymmetricSearchScalar
{
    public const int Length = 16;

    /// <summary>Minus the lowest code.</summary>
    public const int Half = 32;

    /// <summary>A sub-block, or a block's largest scale, below this counts as zero.</summary>
    public const float Epsilon = 1e-15f;

    /// <summary>Searches one sub-block.</summary>
    /// <param name="x">The 16 elements.</param>
    /// <param name="codes">The codes plus 32; all 0 (not 32) in a sub-block that counts as zero.</param>
    /// <returns>The scale, which may be negative; 0 in a sub-block that counts as zero.</returns>
    public static float Search(ReadOnlySpan<float> x, Span<byte> codes)
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
            codes[..Length].Clear();
            return 0f;
        }

        var bestInverse = -Half / extreme;
        Sums(x, bestInverse, out var sumXL, out var sumL2);
        var scale = sumL2 != 0 ? sumXL / sumL2 : 0f;
        var best = scale * sumXL;
        for (var step = -9; step <= 9; step++)
        {
            if (step == 0)
            {
                continue;
            }

            var inverse = -(Half + (0.1f * step)) / extreme;
            Sums(x, inverse, out sumXL, out sumL2);
            if (sumL2 > 0 && sumXL * sumXL > best * sumL2)
            {
                bestInverse = inverse;
                scale = sumXL / sumL2;
                best = scale * sumXL;
            }
        }

        for (var i = 0; i < Length; i++)
        {
            codes[i] = (byte)(Half + Code(bestInverse * x[i]));
        }

        return scale;
    }

    /// <summary>A scaled element's code, -32 to 31.</summary>
    public static int Code(float scaled) => Math.Clamp(Arithmetic.NearestInt(scaled), -Half, Half - 1);

    private static void Sums(ReadOnlySpan<float> x, float inverse, out float sumXL, out float sumL2)
    {
        sumXL = 0;
        sumL2 = 0;
        for (var i = 0; i < Length; i++)
        {
            var code = Code(inverse * x[i]);
            var weight = x[i] * x[i];
            sumXL += weight * x[i] * code;
            sumL2 += weight * code * code;
        }
    }
}
