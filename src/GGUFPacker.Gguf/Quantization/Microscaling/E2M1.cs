namespace GGUFPacker.Gguf.Quantization.Microscaling;

/// <summary>
/// The four-bit float E2M1 of the OCP Microscaling formats: a sign bit above eight magnitudes, here doubled so that they are whole numbers (kvalues_fp4 of
/// ggml; the scales that go with them are halved). Minus zero restores as zero and is never chosen.
/// </summary>
internal static class E2M1
{
    /// <summary>What each code stands for, doubled.</summary>
    public static ReadOnlySpan<sbyte> Values => [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

    /// <summary>The code of which value * scale is nearest to <paramref name="x"/>; of several equally near ones, after rounding, the lowest.</summary>
    public static int Nearest(float x, float scale)
    {
        var nearest = 0;
        var least = MathF.Abs((Values[0] * scale) - x);
        for (var code = 1; code < 16; code++)
        {
            var error = MathF.Abs((Values[code] * scale) - x);
            if (error < least)
            {
                nearest = code;
                least = error;
            }
        }

        return nearest;
    }
}
