using System.Collections.Immutable;

namespace GGUFPacker.Estimation.Engines;

/// <summary>The memory of an engine with all that it is started with: the model, a draft model, a projector, adapters, and the platform around them.</summary>
public sealed record EngineEstimate
{
    /// <summary>The arguments.</summary>
    public required EngineArguments Arguments { get; init; }

    /// <summary>The model alone.</summary>
    public required MemoryEstimate Model { get; init; }

    /// <summary>The draft model alone, or the second context of a model that drafts for itself, which has no weights of its own; null without either.</summary>
    public MemoryEstimate? Drafter { get; init; }

    /// <summary>The parts that all of it is made of.</summary>
    public required ImmutableArray<EnginePart> Parts { get; init; }

    /// <summary>The host: the sum of the parts, with the platform's footprint.</summary>
    public required DeviceMemory Host { get; init; }

    /// <summary>The devices, in the order they were given: the sums of the parts, with the platform's footprint.</summary>
    public required ImmutableArray<DeviceMemory> Devices { get; init; }

    /// <summary>Exact if all parts are.</summary>
    public EstimateConfidence Confidence =>
        Parts.All(part => part.Confidence == EstimateConfidence.Exact) ? EstimateConfidence.Exact : EstimateConfidence.Approximate;

    /// <summary>Bytes on all devices together.</summary>
    public long DeviceBytes => Devices.Sum(device => device.Total);

    /// <summary>
    /// Bytes on the host that must be there: without the pages of mapped files, which the system drops when it needs room.
    /// </summary>
    public long HostBytes => Host.Anonymous;
}
