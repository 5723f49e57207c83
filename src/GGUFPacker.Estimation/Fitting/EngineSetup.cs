using System.Collections.Immutable;
using GGUFPacker.Estimation.Engines;

namespace GGUFPacker.Estimation.Fitting;

/// <summary>Everything that an estimate is made from, to be estimated again with something changed. Immutable.</summary>
/// <param name="Models">The files' headers.</param>
/// <param name="Arguments">The engine's arguments.</param>
/// <param name="Devices">The devices.</param>
/// <param name="Footprint">What the platform takes.</param>
public sealed record EngineSetup(EngineModels Models, EngineArguments Arguments, ImmutableArray<ComputeDevice> Devices, PlatformFootprint Footprint)
{
    /// <summary>Estimates it.</summary>
    /// <exception cref="EstimateException">llama.cpp would refuse it.</exception>
    public EngineEstimate Estimate() => EngineEstimator.Estimate(Models, Arguments, Devices, Footprint);

    /// <summary>Estimates it with other options.</summary>
    /// <exception cref="EstimateException">llama.cpp would refuse it.</exception>
    public EngineEstimate Estimate(Func<EstimateOptions, EstimateOptions> change) => (this with { Arguments = Arguments.With(change) }).Estimate();
}
