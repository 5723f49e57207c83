namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>What an affine search tries: inverse scales (First + Delta * step + Highest) / range, for step 0 to Steps.</summary>
/// <param name="Highest">The highest code: 15 or 31.</param>
/// <param name="First">The first deviation from <paramref name="Highest"/>.</param>
/// <param name="Delta">The distance of two deviations.</param>
/// <param name="Steps">The number of the last step.</param>
internal readonly record struct AffineSearchParameters(int Highest, float First, float Delta, int Steps)
{
    /// <summary>Those of Q4_K.</summary>
    public static AffineSearchParameters Q4_K => new(15, -1f, 0.1f, 20);

    /// <summary>Those of Q5_K.</summary>
    public static AffineSearchParameters Q5_K => new(31, -0.5f, 0.1f, 15);
}
