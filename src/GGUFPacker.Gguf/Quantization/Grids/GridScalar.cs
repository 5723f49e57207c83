using GGUFPacker.Gguf.Quantization.Halves;

namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>
/// One block of 256 of the IQ2 and IQ3 types at a time: the search gives each sub-block its scale, points and signs; then the scales are stored as odd
/// numbers of 1 to 31 times the block's.
/// </summary>
internal static class GridScalar
{
    private const int Length = GridScheme.Length;

    /// <summary>Finds what a block is stored as.</summary>
    /// <param name="scheme">The type's parameters.</param>
    /// <param name="x">The elements.</param>
    /// <param name="importance">Their importance, or empty.</param>
    /// <param name="block">What will be packed.</param>
    /// <exception cref="ArithmeticException">The numbers or weights are too large for the type.</exception>
    public static void Quantize(GridScheme scheme, ReadOnlySpan<float> x, ReadOnlySpan<float> importance, ref GridBlock block)
    {
        Span<float> weights = stackalloc float[Length];
        Span<float> scales = stackalloc float[16];
        Weigh(scheme, x, importance, weights);
        scales = scales[..scheme.SubBlocks];
        block.Skipped = 0;
        for (var j = 0; j < scales.Length; j++)
        {
            var start = j * scheme.SubBlockLength;
            var groups = scheme.SubBlockLength / scheme.Grid.Dimensions;
            var isSearched = GridSearchScalar.TrySearch(
                scheme,
                x.Slice(start, scheme.SubBlockLength),
                weights.Slice(start, scheme.SubBlockLength),
                block.Points.Slice(j * groups, groups),
                block.Signs.Slice(start / 8, scheme.SubBlockLength / 8),
                out scales[j]);
            block.Skipped |= isSearched ? 0 : 1 << j;
        }

        StoreScales(scheme, scales, ref block);
    }

    /// <summary>The weights of a block's elements.</summary>
    public static void Weigh(GridScheme scheme, ReadOnlySpan<float> x, ReadOnlySpan<float> importance, Span<float> weights)
    {
        var sumX2 = 0f;
        foreach (var value in x)
        {
            sumX2 += value * value;
        }

        var variance = scheme.VarianceFactor * sumX2 / Length;
        if (importance.IsEmpty)
        {
            var part = VariancePart(scheme, variance);
            for (var i = 0; i < Length; i++)
            {
                weights[i] = part + (x[i] * x[i]);
            }

            return;
        }

        for (var i = 0; i < Length; i++)
        {
            weights[i] = importance[i] * MathF.Sqrt(variance + (x[i] * x[i]));
        }
    }

    /// <summary>What is added to an element's square for its weight: with a part of 0 nothing, even if the variance is not finite.</summary>
    public static float VariancePart(GridScheme scheme, float variance) => scheme.VariancePart == 0 ? 0 : scheme.VariancePart * variance;

    /// <summary>Rounds the sub-blocks' scales to the block's.</summary>
    public static void StoreScales(GridScheme scheme, scoped ReadOnlySpan<float> scales, ref GridBlock block)
    {
        var largest = 0f;
        foreach (var scale in scales)
        {
            largest = largest > scale ? largest : scale;
        }

        if (largest == 0)
        {
            block.Scale = 0;
            block.SubScales.Clear();
            if (!scheme.KeepsEmptyBlocks)
            {
                block.Points.Clear();
                block.Signs.Clear();
            }

            return;
        }

        var unit = largest / 31;
        block.Scale = HalfBits.FromSingle(unit * scheme.ScaleFactor);
        var inverse = 1 / unit;
        for (var j = 0; j < scales.Length; j++)
        {
            block.SubScales[j] = (byte)Math.Clamp(Arithmetic.NearestInt(0.5f * ((inverse * scales[j]) - 1)), 0, 15);
        }
    }
}
