namespace GGUFPacker.Gguf.Quantization.Searches;

/// <summary>What an affine search tries: inverse scales (First + Delta * step + Highest) / range, for step 0 to Steps.</summary>
/// <param name="Highest">The highest code: 3, 15 or 31.</param>
/// <param name="First">The first deviation from <paramref name="Highest"/>.</param>
/// <param name="Delta">The distance of two deviations.</param>
/// <param name="Steps">The number of the last step.</param>
/// <param name="IsAbsolute">Whether errors count by their magnitude, not by their square.</param>
internal readonly record struct AffineSearchParameters(int Highest, float First, float Delta, int Steps, bool IsAbsolute = false)
{
    /// <summary>Those of Q2_K.</summary>
    public static AffineSearchParameters Q2_K => new(3, -0.5f, 0.1f, 15, IsAbsolute: true);

    /// <summary>Those of Q4_K.</summary>
    public static AffineSearchParameters Q4_K => new(15, -1f, 0.1f, 20);

    /// <summary>Those of Q5_K.</summary>
    public static AffineSearchParameters Q5_K => new(31, -0.5f, 0.1f, 15);

    /// <summary>Those of every type with an importance matrix.</summary>
    public static AffineSearchParameters Weighted(int highest) => new(highest, -0.9f, 0.05f, 36);

    /// <summary>What a step divides by the range.</summary>
    public float Numerator(int step) => First + (Delta * step) + Highest;
}
