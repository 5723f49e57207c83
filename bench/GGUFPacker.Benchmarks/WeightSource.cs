using GGUFPacker.Gguf.Quantization.Halves;

namespace GGUFPacker.Benchmarks;

/// <summary>Numbers as they are in a model's F16 file: near-normal with deviation 0.02, each of them a half.</summary>
internal static class WeightSource
{
    public static float[] Create(int count)
    {
        var weights = new float[count];
        Fill(weights, 1);
        return weights;
    }

    /// <summary>An importance matrix: squares, as sums of squared activations are.</summary>
    public static float[] CreateImportance(int columns)
    {
        var importance = new float[columns];
        Fill(importance, 2);
        for (var i = 0; i < columns; i++)
        {
            importance[i] *= importance[i] * 2500;
        }

        return importance;
    }

    public static void Fill(Span<float> weights, long seed)
    {
        // The sum of four even numbers; splitmix64, four of them from one output.
        var state = (ulong)seed * 0x9E3779B97F4A7C15;
        foreach (ref var weight in weights)
        {
            state += 0x9E3779B97F4A7C15;
            var bits = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
            bits ^= bits >> 31;
            var sum = (int)(bits & 0xFFFF) + (int)((bits >> 16) & 0xFFFF) + (int)((bits >> 32) & 0xFFFF) + (int)(bits >> 48);
            weight = HalfBits.ToSingle(HalfBits.FromSingle((sum - 131070) * (0.02f / 37837f)));
        }
    }
}
