namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>
/// The scale with which codes from 0 to a highest one come near x: rounding at nine scales, then five rounds of changing one code at a time where that
/// lessens the error. Codes are bytes, so what is rounded to a negative number counts as 256 more once it is stored; that is part of the reference.
/// </summary>
internal static class PositiveFitScalar
{
    private const int MaximalLength = 32;
    private const float Epsilon = 1e-15f;

    /// <summary>The scale; 0 if all elements are next to zero.</summary>
    public static float Fit(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, int highest)
    {
        var largest = 0f;
        foreach (var value in x)
        {
            largest = largest > value ? largest : value;
        }

        if (largest < Epsilon)
        {
            return 0f;
        }

        Span<byte> codes = stackalloc byte[MaximalLength];
        var inverse = highest / largest;
        var leastError = 0f;
        var scale = 1 / inverse;
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

            var trial = ((0.1f * step) + highest) / largest;
            var error = Error(x, weights, trial, highest);
            if (error < leastError)
            {
                leastError = error;
                inverse = trial;
            }
        }

        float sumXL = 0, sumL2 = 0;
        for (var i = 0; i < x.Length; i++)
        {
            var code = Math.Min(highest, Arithmetic.NearestInt(inverse * x[i]));
            codes[i] = (byte)code;
            sumXL += weights[i] * x[i] * code;
            sumL2 += weights[i] * code * code;
        }

        for (var round = 0; round < 5 && ChangeCodes(x, weights, highest, codes, ref sumXL, ref sumL2); round++)
        {
        }

        return sumL2 > 0 ? sumXL / sumL2 : 0f;
    }

    private static float Error(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, float inverse, int highest)
    {
        var scale = 1 / inverse;
        var error = 0f;
        for (var i = 0; i < x.Length; i++)
        {
            var difference = x[i] - (scale * Math.Min(highest, Arithmetic.NearestInt(inverse * x[i])));
            error += weights[i] * difference * difference;
        }

        return error;
    }

    private static bool ChangeCodes(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, int highest, Span<byte> codes, ref float sumXL, ref float sumL2)
    {
        var changed = false;
        for (var i = 0; i < x.Length; i++)
        {
            var weight = weights[i];
            var withoutXL = sumXL - (weight * x[i] * codes[i]);
            var withoutL2 = sumL2 - (weight * codes[i] * codes[i]);
            if (!(withoutXL > 0 && withoutL2 > 0))
            {
                continue;
            }

            var code = Math.Min(highest, Arithmetic.NearestInt(x[i] * withoutL2 / withoutXL));
            if (code == codes[i])
            {
                continue;
            }

            withoutXL += weight * x[i] * code;
            withoutL2 += weight * code * code;
            if (withoutXL * withoutXL * sumL2 > sumXL * sumXL * withoutL2)
            {
                codes[i] = (byte)code;
                sumXL = withoutXL;
                sumL2 = withoutL2;
                changed = true;
            }
        }

        return changed;
    }
}
