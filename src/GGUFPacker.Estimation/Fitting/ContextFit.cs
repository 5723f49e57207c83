using GGUFPacker.Estimation.Engines;

namespace GGUFPacker.Estimation.Fitting;

/// <summary>
/// Finds the largest context that fits, by halving: what it finds fits, and a step more does not. Rarely a still larger context would fit too, where
/// llama.cpp's allocator finds a better place for a large tensor.
/// </summary>
public static class ContextFit
{
    /// <summary>What engines round contexts up to.</summary>
    public const int Step = 256;

    /// <summary>The largest context within limits.</summary>
    /// <param name="setup">The engine.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="least">The smallest context that is of use.</param>
    /// <param name="most">The largest one; null for the one that the model was trained with.</param>
    /// <returns>The estimate with that context; null if not even the smallest one fits.</returns>
    public static EngineEstimate? Largest(EngineSetup setup, MemoryLimits limits, int least = Step, int? most = null)
    {
        ArgumentNullException.ThrowIfNull(setup);
        ArgumentNullException.ThrowIfNull(limits);
        var top = most ?? setup.Estimate(options => options with { ContextSize = 0 }).Model.Resolved.ContextSize;
        if (TryEstimate(top) is { } largest)
        {
            return largest;
        }

        // Steps of which the first is known to fit, and the last not to.
        var (low, high) = ((int)(((long)least + Step - 1) / Step), (int)(((long)top + Step - 1) / Step));
        if (low >= high || TryEstimate(low * Step) is not { } best)
        {
            return null;
        }

        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            if (TryEstimate(middle * Step) is { } estimate)
            {
                (low, best) = (middle, estimate);
            }
            else
            {
                high = middle;
            }
        }

        return best;

        EngineEstimate? TryEstimate(int tokens)
        {
            var estimate = setup.Estimate(options => options with { ContextSize = tokens });
            return limits.Fits(estimate) ? estimate : null;
        }
    }
}
