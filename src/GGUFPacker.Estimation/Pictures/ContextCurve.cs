using System.Collections.Immutable;
using GGUFPacker.Estimation.Engines;
using GGUFPacker.Estimation.Fitting;

namespace GGUFPacker.Estimation.Pictures;

/// <summary>How memory grows with the context: estimates at even steps up to a largest context. Immutable.</summary>
/// <param name="Points">The estimates, by context.</param>
public sealed record ContextCurve(ImmutableArray<EngineEstimate> Points)
{
    private const int Steps = 16;

    /// <summary>Estimates the points.</summary>
    /// <param name="setup">The engine.</param>
    /// <param name="largest">The largest context; null for the one that the model was trained with, or the estimate's own if that is larger.</param>
    public static ContextCurve Create(EngineSetup setup, int? largest = null)
    {
        ArgumentNullException.ThrowIfNull(setup);
        var top = largest ?? Math.Max(
            setup.Estimate(options => options with { ContextSize = 0 }).Model.Resolved.ContextSize,
            setup.Estimate().Model.Resolved.ContextSize);
        var contexts = Enumerable.Range(1, Steps)
            .Select(step => (int)Math.Max(ContextFit.Step, (long)top * step / Steps / ContextFit.Step * ContextFit.Step))
            .Prepend(ContextFit.Step).Append(top).Distinct().Order();
        return new ContextCurve([.. contexts.Select(context => setup.Estimate(options => options with { ContextSize = context }))]);
    }
}
