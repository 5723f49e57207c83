using System.Collections.Immutable;

namespace GGUFPacker.Estimation.Engines;

/// <summary>Sums what an engine takes for everything that it is started with.</summary>
public static class EngineEstimator
{
    /// <summary>Estimates an engine.</summary>
    /// <param name="models">The headers of its files.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="devices">The devices, in the engine's order; one of kind <see cref="ComputeDeviceKind.Cpu"/> describes the host.</param>
    /// <param name="footprint">What the platform takes; <see cref="PlatformFootprint.Default"/> if null.</param>
    /// <exception cref="EstimateException">llama.cpp would refuse a model or the options.</exception>
    public static EngineEstimate Estimate(
        EngineModels models, EngineArguments arguments, IReadOnlyList<ComputeDevice> devices, PlatformFootprint? footprint = null)
    {
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(devices);
        footprint ??= PlatformFootprint.Default;

        // A draft model is drafted with, even if it was named elsewhere than in the arguments: it changes how many outputs there are.
        if (models.Drafter is { } beside)
        {
            arguments = arguments with { Drafter = arguments.Drafter ?? "", Drafting = arguments.Drafting.With(beside) };
        }

        var options = arguments.Options with { KeptLayerInputs = LayerInputs(models) };
        var model = MemoryEstimator.Estimate(models.Model, options, devices);
        var target = new DraftTarget(models.Model, options);
        var own = arguments with { Drafter = null };
        var drafter = models.Drafter is { } draft ? MemoryEstimator.Estimate(draft, arguments.DrafterOptions(model.Resolved) with { Target = target }, devices)
            : arguments.DraftsWithPrediction ? WithoutWeights(MemoryEstimator.Estimate(models.Model, own.DrafterOptions(model.Resolved), devices))
            : null;
        var parts = ImmutableArray.CreateBuilder<EnginePart>();
        parts.Add(PartOf(EngineRole.Model, model));
        if (drafter is not null)
        {
            parts.Add(PartOf(EngineRole.Drafter, drafter));
        }

        if (models.Projector is { } projector)
        {
            parts.Add(ProjectorMemory.Of(projector, model, arguments.OffloadProjector));
        }

        parts.AddRange(AdapterMemory.Of(models.Adapters, models.Model, model));
        var all = parts.ToImmutable();
        return new EngineEstimate
        {
            Arguments = arguments,
            Model = model,
            Drafter = drafter,
            Parts = all,
            Host = Sum(model.Host, all.Select(part => part.Host)) with { Footprint = footprint.HostBytes },
            Devices = [.. model.Devices.Select((device, i) => Sum(device, all.Select(part => part.Devices[i])) with { Footprint = footprint.DeviceBytes })],
        };
    }

    /// <summary>The layers of the model whose inputs its drafter reads.</summary>
    private static ImmutableArray<int> LayerInputs(EngineModels models)
    {
        if (models.Drafter is not { } drafter || drafter.Metadata.GetString("general.architecture") is not (("eagle3" or "dflash") and var architecture))
        {
            return [];
        }

        // EAGLE-3 may name what comes after the last layer, which is kept anyway.
        var layers = models.Model.Metadata.GetInteger(models.Model.Metadata.GetString("general.architecture") + ".block_count") ?? 0;
        var named = drafter.Metadata[architecture + ".target_layers"];
        return named is null ? []
            : named.TryGetArray<int>(out var signed) ? [.. signed.ToArray().Where(layer => layer >= 0 && layer < layers).Distinct()]
            : named.TryGetArray<uint>(out var unsigned) ? [.. unsigned.ToArray().Where(layer => layer < layers).Distinct().Select(layer => (int)layer)]
            : [];
    }

    // A second context works with the weights that the first has.
    private static MemoryEstimate WithoutWeights(MemoryEstimate estimate) => estimate with
    {
        Host = estimate.Host with { Weights = 0, MappedWeights = 0 },
        Devices = [.. estimate.Devices.Select(device => device with { Weights = 0, MappedWeights = 0 })],
        Buffers = [.. estimate.Buffers.Select(buffer => buffer with { Weights = 0 }).Where(buffer => buffer.Cache + buffer.Compute != 0)],
    };

    private static EnginePart PartOf(EngineRole role, MemoryEstimate estimate) =>
        new(role, estimate.Architecture, estimate.Confidence, estimate.Host, estimate.Devices);

    private static DeviceMemory Sum(DeviceMemory first, IEnumerable<DeviceMemory> parts)
    {
        var all = parts.ToArray();
        return first with
        {
            Weights = all.Sum(part => part.Weights),
            MappedWeights = all.Sum(part => part.MappedWeights),
            Cache = all.Sum(part => part.Cache),
            Compute = all.Sum(part => part.Compute),
            Output = all.Sum(part => part.Output),
            Staging = all.Sum(part => part.Staging),
        };
    }
}
