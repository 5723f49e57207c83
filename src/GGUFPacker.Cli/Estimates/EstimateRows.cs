using System.Collections.Immutable;
using GGUFPacker.Estimation;
using GGUFPacker.Estimation.Engines;
using GGUFPacker.Estimation.Fitting;
using GGUFPacker.Estimation.Reports;

namespace GGUFPacker.Cli.Estimates;

/// <summary>The estimates that a user asks for: one for each context, and for each step of layers.</summary>
internal sealed record EstimateRows
{
    // Less context than this is not worth fitting layers for.
    private const int UsefulContext = 4096;

    /// <summary>The contexts; empty for the one that the arguments say.</summary>
    public required int[] Contexts { get; init; }

    /// <summary>By how many layers each row has more than the one before; 0 for one row with all.</summary>
    public required int LayerStep { get; init; }

    /// <summary>Whether context and layers are searched for rather than given.</summary>
    public required bool Fits { get; init; }

    /// <summary>Whether the number of layers is given even so.</summary>
    public required bool HasLayers { get; init; }

    /// <summary>The limits.</summary>
    public required MemoryLimits Limits { get; init; }

    /// <summary>Makes them.</summary>
    /// <returns>The rows; none if nothing fits.</returns>
    public ImmutableArray<EstimateRow> Create(EngineSetup setup)
    {
        var setups = Contexts.Length == 0
            ? [setup]
            : Contexts.Select(context => setup with { Arguments = setup.Arguments.With(options => options with { ContextSize = context }) });
        var estimates = setups.SelectMany(each => Fits ? Fit(each) is { } fitting ? [fitting] : [] : Steps(each));
        return [.. estimates.Select(estimate => new EstimateRow(
            estimate,
            SpeedBound.Of(setup.Models.Model, estimate),
            Limits.HasAny(setup.Devices.Where(device => device.Kind != ComputeDeviceKind.Cpu)) ? Limits.Fits(estimate) : null))];
    }

    private EngineEstimate? Fit(EngineSetup setup)
    {
        if (Contexts.Length > 0)
        {
            return HasLayers ? setup.Estimate() is var given && Limits.Fits(given) ? given : null : LayerFit.Most(setup, Limits);
        }

        if (HasLayers)
        {
            return ContextFit.Largest(setup, Limits);
        }

        // All layers with the most context; if a useful one does not fit then, as many layers as fit beside it.
        var all = setup with { Arguments = setup.Arguments.With(options => options with { DeviceLayers = -1 }) };
        var useful = Math.Min(UsefulContext, all.Estimate(options => options with { ContextSize = 0 }).Model.Resolved.ContextSize);
        if (ContextFit.Largest(all, Limits, useful) is { } whole)
        {
            return whole;
        }

        return LayerFit.Most(setup with { Arguments = setup.Arguments.With(options => options with { ContextSize = useful }) }, Limits) is { } some
            ? ContextFit.Largest(
                setup with { Arguments = setup.Arguments.With(options => options with { DeviceLayers = some.Model.OffloadedLayers }) }, Limits, useful)
            : null;
    }

    // As in the original: no steps if one step has all the layers on devices.
    private IEnumerable<EngineEstimate> Steps(EngineSetup setup)
    {
        var last = setup.Estimate();
        var blocks = last.Model.OffloadedLayers - (last.Model.FullyOffloaded ? 1 : 0);
        if (LayerStep > 0 && LayerStep < blocks)
        {
            for (var layers = 0; layers < last.Model.OffloadedLayers; layers += LayerStep)
            {
                var count = layers;
                yield return setup.Estimate(options => options with { DeviceLayers = count });
            }
        }

        yield return last;
    }
}
