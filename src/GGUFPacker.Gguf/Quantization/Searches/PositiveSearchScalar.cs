namespace GGUFPacker.Gguf.Quantization.Searches;

/// <summary>
/// Finds codes from 0 to the highest and their scale for numbers that are hardly negative (the scales or minima of a block's sub-blocks; magnitudes), with
/// weights: nine inverse scales are tried, the one with the least square error kept, and the codes then refined as in <see cref="RefinedSearchScalar"/>.
/// Every operation is rounded to float32 on its own. (ggml's make_qp_quants.)
/// </summary>
internal static class PositiveSearchScalar
{
    public const int Passes = 5;

    /// <summary>What step -4 to 4 (not 0) adds to the highest code.</summary>
    public const float Delta = 0.1f;

    /// <summary>Searches one run.</summary>
    /// <param name="x">The numbers.</param>
    /// <param name="weights">The weight of each number's error.</param>
    /// <param name="highest">The highest code.</param>
    /// <param name="codes">The low bytes of the codes: a negative number, which weights that are no weights can lead to, gives a code above the
    /// highest.</param>
    /// <returns>The scale.</returns>
    public static float Search(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, int highest, Span<byte> codes)
    {
        // A NaN takes the place of what was largest before it and yields to what comes after it.
        var largest = 0f;
        foreach (var value in x)
        {
            largest = largest > value ? largest : value;
        }

        if (largest < SymmetricSearchScalar.Epsilon)
        {
            codes[..x.Length].Clear();
            return 0f;
        }

        var inverse = highest / largest;
        var scale = 1 / inverse;
        var leastError = 0f;
        for (var i = 0; i < x.Length; i++)
        {
            var difference = x[i] - (scale * (byte)Arithmetic.NearestInt(inverse * x[i]));
            leastError += weights[i] * difference * difference;
        }

        for (var step = -4; step <= 4; step++)
        {
            if (step == 0)
            {
                continue;
            }

            var trialInverse = ((Delta * step) + highest) / largest;
            var trialScale = 1 / trialInverse;
            var error = 0f;
            for (var i = 0; i < x.Length; i++)
            {
                var difference = x[i] - (trialScale * Math.Min(highest, Arithmetic.NearestInt(trialInverse * x[i])));
                error += weights[i] * difference * difference;
            }

            if (error < leastError)
            {
                leastError = error;
                inverse = trialInverse;
            }
        }

        return Refine(x, weights, highest, inverse, codes);
    }

    private static float Refine(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, int highest, float inverse, Span<byte> codes)
    {
        // The sums take the whole code, the codes its low byte.
        float sumXL = 0, sumL2 = 0;
        for (var i = 0; i < x.Length; i++)
        {
            var code = Math.Min(highest, Arithmetic.NearestInt(inverse * x[i]));
            codes[i] = (byte)code;
            sumXL += weights[i] * x[i] * code;
            sumL2 += weights[i] * code * code;
        }

        var isChanged = true;
        for (var pass = 0; pass < Passes && isChanged; pass++)
        {
            isChanged = false;
            for (var i = 0; i < x.Length; i++)
            {
                isChanged |= TryMove(x[i], weights[i], highest, ref codes[i], ref sumXL, ref sumL2);
            }
        }

        return sumL2 > 0 ? sumXL / sumL2 : 0f;
    }

    private static bool TryMove(float x, float weight, int highest, ref byte code, ref float sumXL, ref float sumL2)
    {
        var otherXL = sumXL - (weight * x * code);
        var otherL2 = sumL2 - (weight * code * code);
        if (!(otherXL > 0 && otherL2 > 0))
        {
            return false;
        }

        var moved = Math.Min(highest, Arithmetic.NearestInt(x * otherL2 / otherXL));
        if (moved == code)
        {
            return false;
        }

        otherXL += weight * x * moved;
        otherL2 += weight * moved * moved;
        if (!(otherXL * otherXL * sumL2 > sumXL * sumXL * otherL2))
        {
            return false;
        }

        (code, sumXL, sumL2) = ((byte)moved, otherXL, otherL2);
        return true;
    }
}
