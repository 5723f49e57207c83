namespace GGUFPacker.Gguf.Quantization.Searches;

/// <summary>
/// Finds codes from -half to half - 1 and their scale for a run of up to 16 elements, weighted by x * x: beginning with the element of largest magnitude
/// at -half, it goes over the elements up to five times and moves one code at a time to where it is best given all others, if that raises what the least
/// squares explain. Sums are updated, not made anew; every operation is rounded to float32 on its own. (ggml's make_q3_quants.)
/// </summary>
internal static class RefinedSearchScalar
{
    public const int LongestRun = 16;
    public const int Passes = 5;

    /// <summary>Searches one run.</summary>
    /// <param name="x">The elements.</param>
    /// <param name="half">Minus the lowest code.</param>
    /// <param name="codes">The codes plus <paramref name="half"/>; all 0 in a run that counts as zero.</param>
    /// <returns>The scale, which may be negative; 0 in a run that counts as zero.</returns>
    public static float Search(ReadOnlySpan<float> x, int half, Span<byte> codes)
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

        if (largest < SymmetricSearchScalar.Epsilon)
        {
            codes[..x.Length].Clear();
            return 0f;
        }

        Span<int> found = stackalloc int[LongestRun];
        var inverse = -half / extreme;
        float sumXL = 0, sumL2 = 0;
        for (var i = 0; i < x.Length; i++)
        {
            found[i] = SymmetricSearchScalar.Code(inverse * x[i], half);
            var weight = x[i] * x[i];
            sumXL += weight * x[i] * found[i];
            sumL2 += weight * found[i] * found[i];
        }

        var isChanged = true;
        for (var pass = 0; pass < Passes && isChanged; pass++)
        {
            isChanged = false;
            for (var i = 0; i < x.Length; i++)
            {
                isChanged |= TryMove(x[i], half, ref found[i], ref sumXL, ref sumL2);
            }
        }

        for (var i = 0; i < x.Length; i++)
        {
            codes[i] = (byte)(found[i] + half);
        }

        return sumL2 > 0 ? sumXL / sumL2 : 0f;
    }

    private static bool TryMove(float x, int half, ref int code, ref float sumXL, ref float sumL2)
    {
        var weight = x * x;
        var otherXL = sumXL - (weight * x * code);
        if (!(otherXL > 0))
        {
            return false;
        }

        var otherL2 = sumL2 - (weight * code * code);
        var moved = SymmetricSearchScalar.Code(x * otherL2 / otherXL, half);
        if (moved == code)
        {
            return false;
        }

        otherXL += weight * x * moved;
        otherL2 += weight * moved * moved;
        if (!(otherL2 > 0 && otherXL * otherXL * sumL2 > sumXL * sumXL * otherL2))
        {
            return false;
        }

        (code, sumXL, sumL2) = (moved, otherXL, otherL2);
        return true;
    }
}
