namespace GGUFPacker.Conversion.Architectures;

/// <summary>The standard normal distribution.</summary>
internal static class NormalDistribution
{
    /// <summary>
    /// The number below which this share of all lies, in float32 as PyTorch computes it on x86-64: √2 times the inverse error function.
    /// </summary>
    public static float Quantile(float share) => InverseError((2f * share) - 1f) * (float)Math.Sqrt(2);

    /// <summary>
    /// Two rational functions (for the middle and for the tails) and two of Newton's steps, in float32 with fused multiply-adds, as PyTorch's calc_erfinv
    /// compiled for AVX2: its result for 0.9 is a unit in the last place off, and so are all published models. Only the error function is rounded
    /// correctly here, where the C library may be a unit off; that changes 52 of the 999 thousandths, but none that a model has.
    /// </summary>
    private static float InverseError(float value)
    {
        var magnitude = MathF.Abs(value);
        if (!(magnitude < 1))
        {
            return magnitude == 1 ? MathF.CopySign(float.PositiveInfinity, value) : float.NaN;
        }

        float x;
        if (magnitude <= 0.7f)
        {
            var square = value * value;
            x = value * Horner(square, -0.140543331f, 0.914624893f, -1.645349621f, 0.886226899f)
                / Horner(square, 0.012229801f, -0.329097515f, 1.442710462f, -2.118377725f, 1);
        }
        else
        {
            var root = MathF.Sqrt(-(float)Math.Log((1f - magnitude) / 2f));
            x = MathF.CopySign(Horner(root, 1.641345311f, 3.429567803f, -1.624906493f, -1.970840454f), value) / Horner(root, 1.637067800f, 3.543889200f, 1);
        }

        for (var step = 0; step < 2; step++)
        {
            x -= (Error(x) - value) / ((float)(2 / Math.Sqrt(Math.PI)) * (float)Math.Exp(-(x * x)));
        }

        return x;
    }

    /// <summary>The error function by its series, which loses little where values of float32 come from.</summary>
    private static float Error(double x)
    {
        var (term, sum) = (x, x);
        for (var n = 1; n < 200 && Math.Abs(term) > 1e-18 * Math.Abs(sum); n++)
        {
            term *= -x * x / n;
            sum += term / ((2 * n) + 1);
        }

        return (float)(2 / Math.Sqrt(Math.PI) * sum);
    }

    private static float Horner(float x, params ReadOnlySpan<float> coefficients)
    {
        var sum = coefficients[0];
        foreach (var coefficient in coefficients[1..])
        {
            sum = MathF.FusedMultiplyAdd(sum, x, coefficient);
        }

        return sum;
    }
}
