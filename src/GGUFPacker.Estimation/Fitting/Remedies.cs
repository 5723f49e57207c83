using System.Globalization;
using GGUFPacker.Estimation.Engines;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Fitting;

/// <summary>Finds, one at a time, the changes with which an engine that does not fit does.</summary>
public static class Remedies
{
    // Less context than this is no way out: a question and its answer have no room.
    private const int LeastContext = 1024;

    /// <summary>Finds them: a smaller type first, then a shorter context, a quantized cache, fewer layers on devices.</summary>
    /// <param name="setup">The engine as it does not fit.</param>
    /// <param name="limits">The limits.</param>
    public static IEnumerable<Remedy> Find(EngineSetup setup, MemoryLimits limits)
    {
        ArgumentNullException.ThrowIfNull(setup);
        ArgumentNullException.ThrowIfNull(limits);
        Remedy?[] found = [FindSmallerType(setup, limits), FindShorterContext(setup, limits), FindQuantizedCache(setup, limits), FindFewerLayers(setup, limits)];
        return found.OfType<Remedy>();
    }

    /// <summary>The largest smaller type that fits; null if none does.</summary>
    public static Remedy? FindSmallerType(EngineSetup setup, MemoryLimits limits)
    {
        foreach (var (type, header) in SmallerTypes.Of(setup.Models.Model))
        {
            var estimate = (setup with { Models = setup.Models with { Model = header } }).Estimate();
            if (limits.Fits(estimate))
            {
                return new Remedy(RemedyKind.SmallerType, type.Name, estimate);
            }
        }

        return null;
    }

    /// <summary>The largest shorter context that fits; null if none does.</summary>
    public static Remedy? FindShorterContext(EngineSetup setup, MemoryLimits limits)
    {
        var context = setup.Estimate().Model.Resolved.ContextSize;
        return context > LeastContext && ContextFit.Largest(setup, limits, LeastContext, context) is { } estimate
            ? new Remedy(RemedyKind.ShorterContext, string.Create(CultureInfo.InvariantCulture, $"--ctx-size {estimate.Model.Resolved.ContextSize}"), estimate)
            : null;
    }

    /// <summary>A cache of 8 bits, if it is larger and fits then; null if not.</summary>
    public static Remedy? FindQuantizedCache(EngineSetup setup, MemoryLimits limits)
    {
        var options = setup.Arguments.Options;
        if (options.KeyType.IsQuantized || options.ValueType.IsQuantized || options.FlashAttention == FlashAttention.Off)
        {
            return null;
        }

        try
        {
            var estimate = setup.Estimate(given => given with { KeyType = TensorType.Q8_0, ValueType = TensorType.Q8_0, FlashAttention = FlashAttention.On });
            return limits.Fits(estimate) ? new Remedy(RemedyKind.QuantizedCache, "--flash-attn on --cache-type-k q8_0 --cache-type-v q8_0", estimate) : null;
        }
        catch (EstimateException)
        {
            // Heads whose length is no multiple of a block have no quantized cache.
            return null;
        }
    }

    /// <summary>The most layers on devices that fit, if that is fewer than now; null if none fit.</summary>
    public static Remedy? FindFewerLayers(EngineSetup setup, MemoryLimits limits)
    {
        var now = setup.Estimate().Model.OffloadedLayers;
        return now > 0 && LayerFit.Most(setup, limits) is { } estimate && estimate.Model.OffloadedLayers < now
            ? new Remedy(RemedyKind.FewerLayers, string.Create(CultureInfo.InvariantCulture, $"--gpu-layers {estimate.Model.OffloadedLayers}"), estimate)
            : null;
    }
}
